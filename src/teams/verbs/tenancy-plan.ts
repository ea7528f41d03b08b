import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { readyLogins } from '../ci/index.ts'
import { lookOf } from '../looking/index.ts'
import { createPace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'
import {
  compare,
  described,
  differenceShape,
  observe,
  summed,
  unmetShape,
  variableDifference,
} from '../tenancy/index.ts'

/** What lies between a tenancy file and its server, thing by thing. */
export const tenancyPlan = z.strictObject({
  organization: z.string(),
  /** Whether the server is as the file says, and has nothing but folders that the file does not name. */
  equal: z.boolean(),
  /** What apply would make and change. */
  differences: z.array(differenceShape),
  /** What the file's projects have, and the file does not name. */
  extras: z.array(differenceShape),
  /** What the file wants, and this server cannot be given. */
  unmet: z.array(unmetShape),
  /** People who were invited and have not come yet. */
  waiting: z.array(z.string()),
  /** Slugs of the server's projects that the file does not name. */
  otherProjects: z.array(z.string()),
})
export type TenancyPlan = z.infer<typeof tenancyPlan>

/** What the verb is asked: the site's name, and its tenancy. */
export interface TenancyPlanRequest {
  readonly site: string
  readonly tenancy: Tenancy
}

/**
 * Shows the difference between a tenancy file and the server of a site. Changes nothing.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function planTenancy(
  { site, tenancy }: TenancyPlanRequest,
  host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock' | 'issuers'>,
  { reporter, signal }: Talk,
): Promise<TenancyPlan> {
  const look = () =>
    withAdmin(site, host, signal, async session => {
      const pace = createPace(host.clock, signal, text => reporter.warn(text))
      const ready = await readyLogins(tenancy, host, signal)
      const observed = await observe(tenancy, session.tenancy, pace, session.logins)
      const { actions, extras, unmet, waiting } = compare(tenancy, observed, ready)
      const drifted = extras.filter(isDrift)
      const variable = await variableDifference(tenancy, ready, host.cluster)
      const differences = [...(variable === undefined ? [] : [variable]), ...actions.map(described)]
      return {
        organization: tenancy.organization,
        equal: differences.length + drifted.length + unmet.length === 0,
        differences,
        extras: extras.map(described),
        ...{ unmet: [...unmet], waiting: [...waiting] },
        // The one that looks into the others is of the file's stores.
        otherProjects: observed.others.filter(slug => slug !== lookOf(tenancy)?.project),
      }
    })
  return await asStep(reporter, 'Compare the file with the server', look, plan => summed(plan.differences))
}

// Folders of their own are what teams are there for.
const isDrift = ({ kind }: { readonly kind: string }) => kind !== 'folder'

/** The error that ends a plan which a cron asked for drift. @returns undefined when the server is as the file says */
export function driftFault({ equal, differences, extras, unmet }: TenancyPlan): SealiftError | undefined {
  if (equal) return undefined
  const more = extras.filter(isDrift).length
  const parts = [
    ...(differences.length > 0 ? [summed(differences)] : []),
    ...(more > 0 ? [`${more} not in the file`] : []),
    ...(unmet.length > 0 ? [`${count(unmet.length, 'thing')} that cannot be had`] : []),
  ]
  return new SealiftError('TENANCY_DRIFT', `the server is not as the file says: ${parts.join(', ')}`, {
    hints: ['sealift tenancy apply makes what is missing; with --prune it deletes what is not in the file'],
  })
}
