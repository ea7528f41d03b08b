import * as z from 'zod'
import type {
  Clock,
  IdentityTrial,
  Infisical,
  InfisicalSession,
  Random,
  SecretPlace,
  ServerIdentity,
} from '../../kernel/ports/index.ts'
import type { Tenancy, TenancyIdentity } from '../../kernel/tenancy-file/index.ts'
import { type Pace, untilDone } from '../pace/index.ts'
import { allowedIn, permissionsOf, privilegeSlug } from './permissions.ts'
import { type Trial, trialsOf } from './trials.ts'
import type { Unmet } from './unmet.ts'

/** Names of the identities that are made to try with. */
const twinName = /^sealift-proof-[0-9a-f]{16}$/
// A right that was given just now may be refused for a while.
const [attempts, pause] = [15, 1_000]

/** What was tried, and how often. */
export const provenShape = z.strictObject({ identity: z.string(), tried: z.number() })
export type Proven = z.infer<typeof provenShape>

/** What is known of the server already, and need not be asked again. */
export interface Known {
  /** Ids by slug. */
  readonly projects: ReadonlyMap<string, string>
  /** As they were before the last changes. */
  readonly identities: readonly ServerIdentity[]
}

/** What trying needs. */
export interface Proving {
  readonly infisical: Infisical
  readonly session: InfisicalSession
  readonly pace: Pace
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly known: Known
  /** What to try beside what the tenancy says of an identity, by its name. */
  readonly beyond?: ReadonlyMap<string, readonly Trial[]>
}

/**
 * Tries what identities must not do, with a twin of each: an identity with the same rights, made for it and deleted
 * again, because a twin can log in whatever the identity itself does. Gives what was tried, and what went against the
 * file. A secret that a twin could make is deleted.
 * @throws SealiftError SERVER_FAILED
 */
export async function proveIdentities(
  identities: readonly TenancyIdentity[],
  tenancy: Tenancy,
  proving: Proving,
): Promise<{ proven: Proven[]; unmet: Unmet[] }> {
  const { session, pace, known } = proving
  for (const { id } of twinsLeft(known.identities)) await pace.change(() => session.deleteIdentity(id))
  const [proven, unmet]: [Proven[], Unmet[]] = [[], []]
  for (const identity of identities) {
    const trials = [...trialsOf(identity, tenancy), ...(proving.beyond?.get(identity.name) ?? [])]
    // Begun anew, with another twin, when the server failed: later runs have no reason to try.
    const against = await untilDone(pace, () =>
      asTwin(identity, tenancy, proving, twin => tryAll(trials, twin, proving)),
    )
    proven.push({ identity: identity.name, tried: trials.length })
    unmet.push(...against.map(why => ({ name: `least privilege of identity ${identity.name}`, why })))
  }
  return { proven, unmet }
}

/** Identities to try with that a run has left which was killed. */
export function twinsLeft(identities: readonly ServerIdentity[]): ServerIdentity[] {
  return identities.filter(({ name }) => twinName.test(name))
}

async function asTwin<T>(
  identity: TenancyIdentity,
  { projects }: Tenancy,
  proving: Proving,
  work: (twin: IdentityTrial) => Promise<T>,
): Promise<T> {
  const { infisical, session, pace, random, known } = proving
  const { tenancy: server } = session
  const name = `sealift-proof-${Buffer.from(random.bytes(8)).toString('hex')}`
  const id = await pace.change(() => server.createIdentity(name))
  try {
    for (const project of projects) {
      const [allowed, projectId] = [allowedIn(identity, project), known.projects.get(project.slug) ?? '']
      if (allowed.length === 0) continue
      await pace.change(() => server.addMachine(projectId, id))
      await pace.change(() => server.createPrivilege(projectId, id, privilegeSlug, permissionsOf(allowed)))
    }
    const itself = { id, role: 'no-access', authMethods: [] }
    const clientId = await pace.change(() => session.attachUniversalAuth(itself))
    const clientSecret = await pace.change(() => session.createClientSecret(id, name))
    const token = await pace.change(() => infisical.loginIdentity({ clientId, clientSecret }))
    return await work(infisical.trying(token))
  } finally {
    await forget(id, proving)
  }
}

/** Deletes a twin, also where the pace lets no change or, interrupted, nothing through any more: its rights must not stay. */
async function forget(id: string, { session, pace, signal }: Proving): Promise<void> {
  const remove = () => session.deleteIdentity(id)
  await pace.read(remove).catch(async error => {
    if (!signal.aborted) throw error
    await remove()
  })
}

/** What went against the file, a sentence each. */
async function tryAll(trials: readonly Trial[], twin: IdentityTrial, proving: Proving): Promise<string[]> {
  const against: string[] = []
  // What it may do comes first: what is refused before would be no proof.
  for (const trial of trials.toSorted((a, b) => Number(b.may) - Number(a.may))) {
    const { project, environment, path, action, may } = trial
    const place = { projectId: proving.known.projects.get(project) ?? '', environment, path }
    const could = await attempt(trial, place, twin, proving)
    const where = `${project}/${environment}${path}`
    if (could && !may) against.push(`it could ${action} ${where}, which the file does not let it`)
    if (!could && may) against.push(`it could not ${action} ${where}, which the file lets it`)
  }
  return against
}

async function attempt(
  { action, may }: Trial,
  place: SecretPlace,
  twin: IdentityTrial,
  { session, pace, clock, random, signal }: Proving,
): Promise<boolean> {
  const name = `SEALIFT_PROOF_${Buffer.from(random.bytes(4)).toString('hex').toUpperCase()}`
  for (let left = may ? attempts : 1; ; left--) {
    const could = await (action === 'read'
      ? pace.read(() => twin.read(place, name))
      : pace.change(() => twin.write(place, name)))
    if (could && action === 'write') await pace.read(() => session.deleteSecret(place, name))
    if (could || left === 1) return could
    await clock.sleep(pause, signal)
  }
}
