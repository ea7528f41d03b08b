import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { createPace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'
import { storesOf } from '../stores/index.ts'
import { checkSynced, findingShape } from '../synced/index.ts'

/** What arrives through the stores of a site, and what does not. */
export const storesCheck = z.strictObject({
  /** Names of the stores. */
  stores: z.array(z.string()),
  /** How many ExternalSecrets and PushSecrets go through them. */
  objects: z.int(),
  /** What is not so, whatever External Secrets Operator says. */
  findings: z.array(findingShape),
  /** What differs, and is to be right with the next look at it. */
  waiting: z.array(findingShape),
})
export type StoresCheck = z.infer<typeof storesCheck>

/** What the verb is asked: the site's name, and its tenancy. */
export interface StoresCheckRequest {
  readonly site: string
  readonly tenancy: Tenancy
}

/**
 * Finds what External Secrets Operator calls synced and is not. Changes nothing.
 * @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function checkStores(
  { site, tenancy }: StoresCheckRequest,
  { cluster, clock, ...host }: Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>,
  { reporter, signal }: Talk,
): Promise<StoresCheck> {
  storesOf(tenancy)
  const look = () =>
    withAdmin(site, { cluster, ...host }, signal, async ({ folderReading }) => {
      const pace = createPace(clock, signal, text => reporter.warn(text))
      const { stores, objects, findings, waiting } = await checkSynced(
        cluster,
        folderReading,
        pace,
        clock.now(),
      )
      return { ...{ stores: [...stores], objects }, findings: [...findings], waiting: [...waiting] }
    })
  return await asStep(reporter, 'Look at what has arrived', look, ({ objects, findings }) => {
    return `${count(objects, 'object')}, ${count(findings.length, 'finding')}`
  })
}

/** The error that ends a check which found something. @returns undefined when all has arrived */
export function checkFault({ findings }: StoresCheck): SealiftError | undefined {
  if (findings.length === 0) return undefined
  return new SealiftError(
    'CHECK_FAILED',
    `${count(findings.length, 'thing')} that did not arrive as they are called`,
    {
      faults: findings.map(({ object, is }) => `${object}: ${is}`),
      hints: [...new Set(findings.map(({ remedy }) => remedy))],
    },
  )
}
