import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Tenancy } from '../../kernel/inputs/index.ts'
import { asStep, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { createPace } from '../pace/index.ts'
import { withAdmin } from '../server/index.ts'
import { described, difference, differenceShape, observe, summed } from '../tenancy/index.ts'

/** What a tenancy file wants and the server has not, thing by thing. */
export const tenancyPlan = z.strictObject({
  organization: z.string(),
  /** Whether the server is as the file says. */
  equal: z.boolean(),
  differences: z.array(differenceShape),
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
  host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>,
  { reporter, signal }: Talk,
): Promise<TenancyPlan> {
  const look = () =>
    withAdmin(site, host, signal, async ({ tenancy: server }) => {
      const pace = createPace(host.clock, signal, text => reporter.warn(text))
      const observed = await observe(tenancy, server, pace)
      const differences = difference(tenancy, observed).map(described)
      const { organization } = tenancy
      return {
        organization,
        equal: differences.length === 0,
        differences,
        otherProjects: [...observed.others],
      }
    })
  return await asStep(reporter, 'Compare the file with the server', look, plan => summed(plan.differences))
}

/** The error that ends a plan which a cron asked for drift. @returns undefined when the server is as the file says */
export function driftFault({ differences }: TenancyPlan): SealiftError | undefined {
  if (differences.length === 0) return undefined
  return new SealiftError('TENANCY_DRIFT', `the server is not as the file says: ${summed(differences)}`, {
    hints: ['sealift tenancy apply makes it so'],
  })
}
