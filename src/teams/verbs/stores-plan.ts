import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { isSharingLeft, sharesAnything } from '../looking/index.ts'
import { createPace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'
import {
  accountDifferences,
  allServed,
  compareStores,
  describedStore,
  loginBars,
  objectNameOf,
  observeStores,
  sharingLeft,
  siteOf,
  storeDifference,
  storesOf,
  unreadyOf,
} from '../stores/index.ts'
import { summed, unmetShape } from '../tenancy/index.ts'

/** What lies between the stores of a tenancy file and what there is, thing by thing. */
export const storesPlan = z.strictObject({
  layout: z.enum(['store-per-environment', 'one-store']),
  /** Whether all is as the file says, and there is nothing else. */
  equal: z.boolean(),
  /** What apply would make and change. */
  differences: z.array(storeDifference),
  /** What Sealift made, and the file does not have. */
  extras: z.array(storeDifference),
  /** What the file wants, and cannot be had. */
  unmet: z.array(unmetShape),
  /** What is in the looking project and Sealift did not make: it is left alone, and no drift. */
  foreign: z.array(unmetShape),
  /** Stores and ExternalSecrets that are there and that External Secrets Operator does not call ready. */
  unready: z.array(unmetShape),
  /** What is as the file says and yet has a flaw that no error tells of. */
  doubts: z.array(unmetShape),
  /** Namespaces that are to be served, and are not there yet. */
  absentNamespaces: z.array(z.string()),
})
export type StoresPlan = z.infer<typeof storesPlan>

/** What the verb is asked: the site's name, and its tenancy. */
export interface StoresPlanRequest {
  readonly site: string
  readonly tenancy: Tenancy
}

/**
 * Shows what the stores of a tenancy file lack on a site. Changes nothing; logs in with what stores log in with.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function planStores(
  { site, tenancy }: StoresPlanRequest,
  host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>,
  { reporter, signal }: Talk,
): Promise<StoresPlan> {
  const { layout } = storesOf(tenancy)
  const serve = allServed(tenancy)
  const look = () =>
    withAdmin(site, host, signal, async (session, infisical, where) => {
      const pace = createPace(host.clock, signal, text => reporter.warn(text))
      const place = await siteOf(tenancy, where, host.cluster)
      const looking = { cluster: host.cluster, infisical, session, pace, site: place }
      const observed = await observeStores(tenancy, serve, looking)
      const { actions, extras, unmet, foreign, doubts } = compareStores(tenancy, serve, observed, place)
      const { stores, externalSecrets, pushSecrets } = observed
      const bars = await loginBars(host.cluster, place)
      const differences = bars.never
        ? []
        : [
            ...(await accountDifferences(host.cluster, place, serve.map(objectNameOf))),
            ...actions.map(describedStore),
            ...((await isSharingLeft(tenancy, host.cluster, () => sharesAnything(session, pace)))
              ? [sharingLeft]
              : []),
          ]
      const unmets = [...bars.unmet, ...unmet]
      const looked = [...stores.values(), ...externalSecrets, ...pushSecrets]
      const unready = await unreadyOf(host.cluster, looked)
      const served = new Set(serve.flatMap(({ namespaces }) => namespaces))
      return {
        layout,
        equal: differences.length + extras.length + unmets.length + unready.length === 0,
        differences,
        extras: extras.map(describedStore),
        ...{ unmet: unmets, foreign: [...foreign], unready, doubts: [...doubts] },
        absentNamespaces: [...served].filter(name => !observed.namespaces.has(name)).sort(),
      }
    })
  return await asStep(reporter, 'Compare the stores with the file', look, plan => summed(plan.differences))
}

/** The error that ends a plan which a cron asked for drift. @returns undefined when all is as the file says */
export function storesDrift({
  equal,
  differences,
  extras,
  unmet,
  unready,
}: StoresPlan): SealiftError | undefined {
  if (equal) return undefined
  const parts = [
    ...(differences.length > 0 ? [summed(differences)] : []),
    ...(extras.length > 0 ? [`${extras.length} not in the file`] : []),
    ...(unmet.length > 0 ? [`${count(unmet.length, 'thing')} that cannot be had`] : []),
    ...(unready.length > 0 ? [`${count(unready.length, 'object')} not ready`] : []),
  ]
  return new SealiftError('TENANCY_DRIFT', `the stores are not as the file says: ${parts.join(', ')}`, {
    hints: ['sealift stores apply makes what is missing; with --prune it deletes what is not in the file'],
  })
}
