import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type InfisicalSession, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { createPace, type Pace } from '../pace/index.ts'
import { oldSecret, oldSecrets, policyOf } from '../rotation/index.ts'
import { withAdmin } from '../server/index.ts'
import { unmetShape } from '../tenancy/index.ts'

/** Secrets that are older than the policy of a tenancy file lets them be. */
export const dueSecrets = z.strictObject({
  /** How many environments and secrets were looked at. */
  environments: z.number(),
  secrets: z.number(),
  /** The oldest first. */
  old: z.array(oldSecret),
  /** What of the file the server has not. */
  unmet: z.array(unmetShape),
})
export type DueSecrets = z.infer<typeof dueSecrets>

/** Milliseconds that clocks may differ by. */
const day = 24 * 3600 * 1000

/** What the verb is asked: the site's name, and its tenancy. */
export interface DueRequest {
  readonly site: string
  readonly tenancy: Tenancy
}

/**
 * Finds secrets that are older than the policy lets them be: one request an environment, no value is asked for, nothing
 * is changed. @throws SealiftError TENANCY_INVALID, NOT_INSTALLED, FOREIGN_INSTALL, SERVER_FAILED, CLUSTER_*
 */
export async function findDue(
  { site, tenancy }: DueRequest,
  host: Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>,
  { reporter, signal }: Talk,
): Promise<DueSecrets> {
  const policy = policyOf(tenancy)
  const look = () =>
    withAdmin(site, host, signal, async session => {
      const pace = createPace(host.clock, signal, text => reporter.warn(text))
      const { places, unmet } = await placesOf(tenancy, session, pace)
      const found = await Promise.all(
        places.map(async place => {
          const ages = await pace.read(() => session.rotation.ages(place.id, place.environment))
          const now = host.clock.now()
          const ahead = ages.filter(({ changedAt }) => changedAt - now > day).length
          return { secrets: ages.length, ahead, old: oldSecrets(ages, policy, place, now) }
        }),
      )
      const ahead = found.reduce((sum, one) => sum + one.ahead, 0)
      if (ahead > 0)
        reporter.warn(
          `${count(ahead, 'secret')} changed in a time to come: a clock is wrong, this machine's or the server's, and ages are wrong with it`,
        )
      return {
        environments: places.length,
        secrets: found.reduce((sum, { secrets }) => sum + secrets, 0),
        old: found.flatMap(({ old }) => old).toSorted((a, b) => b.days - a.days),
        unmet,
      }
    })
  return await asStep(
    reporter,
    'Look at the age of secrets',
    look,
    ({ old, secrets }) => `${old.length} of ${secrets} are older than they may be`,
  )
}

/** The environments of the file that the server has, and what it has not. */
async function placesOf({ projects }: Tenancy, session: InfisicalSession, pace: Pace) {
  const there = await pace.read(() => session.tenancy.projects())
  const places: { project: string; environment: string; id: string }[] = []
  const unmet: z.infer<typeof unmetShape>[] = []
  for (const { slug, environments } of projects)
    for (const environment of environments) {
      const found = there.find(project => project.slug === slug)
      if (found?.environments.some(known => known.slug === environment))
        places.push({ project: slug, environment, id: found.id })
      else
        unmet.push({
          name: `${slug}.${environment}`,
          why: 'the server has none: sealift tenancy apply makes it',
        })
    }
  return { places, unmet }
}

/** The error that tells a cron of old secrets. @returns undefined when there are none */
export function dueFault({ old }: DueSecrets): SealiftError | undefined {
  if (old.length === 0) return undefined
  return new SealiftError(
    'SECRETS_OLD',
    `${count(old.length, 'secret')} older than rotation.policy lets them be`,
    {
      hints: [
        'have their owners give them anew; sealift rotate secret does so with those in rotation.databases',
      ],
    },
  )
}
