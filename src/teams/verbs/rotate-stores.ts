import * as z from 'zod'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import { asStep, type Clock, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { createPace, untilDone } from '../pace/index.ts'
import { underLease, withAdmin } from '../server/index.ts'
import {
  credentialsThere,
  type Looking,
  type Renewed,
  renew,
  revokeEarlier,
  type StandingCredentials,
  siteOfStores,
} from '../stores/index.ts'
import { allEnded, type Unmet, unmetShape } from '../tenancy/index.ts'

/** What was done. */
export const rotatedStores = z.strictObject({
  site: z.string(),
  rotated: z.array(
    z.strictObject({
      /** Namespace and name of the Secret that the client secret is in. */
      secret: z.string(),
      identity: z.string(),
      /** How many client secrets of before were revoked. */
      revoked: z.number(),
    }),
  ),
  /** Secrets that were left as they are, and why. */
  unmet: z.array(unmetShape),
})
export type RotatedStores = z.infer<typeof rotatedStores>

type Host = Pick<SiteHost, 'cluster' | 'infisical' | 'clock'>
type Work = (talk: Talk) => Promise<RotatedStores>

/** Milliseconds in which whatever has read a client secret just before it was replaced has logged in with it. */
const settling = 10_000

/**
 * Gives every machine identity that External Secrets Operator logs in as another client secret: those of stores, and of
 * the install's own. The new one is stored, and proven by a login, while the old one still is good; revoked are those of
 * before only when all are proven and nobody can be on the way with one. A rerun goes on where a run was killed.
 * @param site the site's name
 * @throws SealiftError NOT_INSTALLED, FOREIGN_INSTALL, SITE_BUSY, SERVER_FAILED, CLUSTER_*
 */
export async function rotateStores(
  site: string,
  host: Host & Pick<SiteHost, 'operator'>,
  talk: Talk,
): Promise<RotatedStores> {
  const about = { site }
  return await rotateBy(site, host, talk, work => underLease({ ...host, about }, talk, work))
}

/** The same for whoever knows that nobody else is at work on the site. */
export async function rotateStoresAlone(site: string, host: Host, talk: Talk): Promise<RotatedStores> {
  return await rotateBy(site, host, talk, work => work(talk))
}

async function rotateBy(
  site: string,
  { cluster, infisical, clock }: Host,
  { signal }: Talk,
  hold: (work: Work) => Promise<RotatedStores>,
): Promise<RotatedStores> {
  return await withAdmin(site, { cluster, infisical }, signal, (session, server, where) =>
    hold(async talk => {
      const pace = createPace(clock, talk.signal, text => talk.reporter.warn(text))
      const looking = { cluster, infisical: server, session, pace, site: siteOfStores(where) }
      return { site, ...(await rotateAll(looking, clock, talk)) }
    }),
  )
}

async function rotateAll(
  looking: Looking,
  clock: Clock,
  { reporter, signal }: Talk,
): Promise<Omit<RotatedStores, 'site'>> {
  const { pace, session } = looking
  const renewed: Renewed[] = []
  const unmet: Unmet[] = []
  const renewAll = async (say: (detail: string) => void) => {
    const there = await credentialsThere(looking)
    const identities = await pace.read(() => session.tenancy.identities())
    const one = async (standing: StandingCredentials) => {
      const made = await untilDone(pace, () => renew(standing, identities, looking))
      if ('why' in made) unmet.push(made)
      else renewed.push(made)
      say(`${renewed.length + unmet.length} of ${there.length}`)
    }
    await allEnded(there.map(one))
  }
  const proven = () => `${count(renewed.length, 'login')} proven`
  await asStep(reporter, 'Give each store another client secret', renewAll, proven)
  if (renewed.length > 0)
    await asStep(reporter, 'Let what is on the way log in', () => clock.sleep(settling, signal))
  const rotated: RotatedStores['rotated'] = []
  const revokeAll = async () => {
    const one = async (each: Renewed) => {
      const revoked = await untilDone(pace, () => revokeEarlier(each, looking))
      const { place, identity } = each
      rotated.push({ secret: `${place.namespace}/${place.name}`, identity, revoked })
    }
    await allEnded(renewed.map(one))
  }
  await asStep(reporter, 'Revoke the client secrets of before', revokeAll)
  return { rotated: rotated.sort((a, b) => (a.secret < b.secret ? -1 : 1)), unmet }
}

/** The error that ends a rotation which left some as they are. @returns undefined when it left none */
export function rotationFault({ rotated, unmet }: RotatedStores): SealiftError | undefined {
  if (unmet.length === 0) return undefined
  const all = rotated.length + unmet.length
  return new SealiftError('SERVER_FAILED', `${unmet.length} of ${count(all, 'login')} are as they were`, {
    faults: unmet.map(({ name, why }) => `${name}: ${why}`),
    hints: ['run: sealift stores apply, then this again'],
  })
}
