import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import type { Patience } from '../../kernel/owned/index.ts'
import {
  type Cluster,
  type Database,
  type InfisicalSession,
  type Random,
  Secret,
  type SecretPlace,
} from '../../kernel/ports/index.ts'
import { makePassword } from '../../kernel/services/index.ts'
import type { Pace } from '../pace/index.ts'
import { adminOf, atServer } from './login.ts'
import { refuseOthers } from './operated.ts'
import { keepPending, keptOf, noteRotated, type Pending, pendingSecret } from './pending.ts'
import { readersOf } from './readers.ts'
import { refusal } from './refusal.ts'
import { type At, type Changer, letsIn, refuseMore, setPassword } from './role.ts'
import { arrivalShape, bring } from './sync.ts'
import { type WantedRotation, whereOf } from './wanted.ts'

/** A password that was given anew. */
export const rotatedShape = z.strictObject({
  name: z.string(),
  /** `talent-mesh.prod/databases` */
  where: z.string(),
  /** Name of the secret. */
  secret: z.string(),
  /** The role that has it. */
  role: z.string(),
  /** Whether PostgreSQL was seen to refuse the earlier password; of two roles that take turns the other one keeps its own. */
  earlier: z.enum(['refused', 'kept']),
  /** What reads it, and whether it has it. */
  readers: z.array(arrivalShape),
})
export type Rotated = z.infer<typeof rotatedShape>

/** What giving one anew needs. */
export interface Rotating {
  readonly cluster: Cluster
  readonly database: Database
  readonly random: Random
  readonly session: InfisicalSession
  readonly pace: Pace
  readonly site: Site
  /** Namespace of Infisical: hosts are named as its pods see them. */
  readonly namespace: string
  readonly patience: Patience
  /** Told what is being done, in a few words. */
  readonly say: (text: string) => void
}

/** What Infisical has. */
interface Held {
  readonly place: SecretPlace
  readonly user: string
  readonly password: Secret
}

/**
 * Gives a role another password: stored first, then set, tried, written to Infisical, and brought to what reads it.
 * Whenever it is interrupted, another run goes on with the same password. Nothing is changed unless the login that
 * Infisical has is the role's.
 * @throws SealiftError TENANCY_UNMET, PROOF_FAILED, DATABASE_*, SERVER_FAILED, FOREIGN_INSTALL, CLUSTER_*
 */
export async function rotateOne(
  wanted: WantedRotation,
  projectId: string,
  rotating: Rotating,
): Promise<Rotated> {
  const { cluster, patience, say, namespace } = rotating
  const held = await heldIn(wanted, projectId, rotating)
  const { pending } = await keptOf(cluster, wanted)
  const isSent = pending !== undefined && isHeld(held, pending)
  const next = isSent ? held.user : nextOf(wanted, held.user)
  refuseStrange(wanted, pending, next)
  return await atServer({ cluster, namespace }, wanted, async at => {
    const login = isSent ? pending : await change(wanted, { held, next, pending }, at, rotating)
    say('Infisical')
    if (!isSent) await send(wanted, held, login, rotating)
    say('what reads it')
    const values = {
      [wanted.password]: login.password,
      ...(wanted.username === undefined ? {} : { [wanted.username]: login.username }),
    }
    const readers = await readersOf(cluster, wanted, Object.keys(values))
    const arrivals = await bring(cluster, readers, values, patience)
    const earlier =
      wanted.roles === undefined ? await refused(wanted, login, at, rotating) : ('kept' as const)
    // What has not arrived is waited for by the next run, which gives no other password before.
    if (arrivals.every(({ state }) => state !== 'missing'))
      await noteRotated(cluster, wanted, patience.clock.now())
    return {
      ...{ name: wanted.name, where: whereOf(wanted), secret: wanted.password, role: next },
      ...{ earlier, readers: arrivals },
    }
  })
}

async function heldIn(
  { environment, path, username, role = '', password }: WantedRotation,
  projectId: string,
  { session, pace }: Rotating,
): Promise<Held> {
  const place = { projectId, environment, path }
  const read = async (name: string) => {
    const value = await pace.read(() => session.secret(place, name))
    if (value === undefined) throw refusal(`Infisical has no secret ${name} there`)
    return value
  }
  const user = username === undefined ? role : (await read(username)).reveal()
  // Whoever may write the secret would otherwise have a say in how the connection is opened; PostgreSQL cuts longer ones.
  if (!/^[^\p{Cc}]{1,63}$/u.test(user))
    throw refusal(`secret ${username} holds no name of a role: a line, or nothing`)
  return { place, user, password: await read(password) }
}

const isHeld = ({ user, password }: Held, { username, password: pending }: Pending) =>
  user === username.reveal() && password.reveal() === pending.reveal()

/** The role that gets a password: the one that is not in use, where two take turns. */
function nextOf({ roles, username }: WantedRotation, user: string): string {
  if (roles === undefined) return user
  const [one, other] = roles
  if (user !== one && user !== other)
    throw refusal(`secret ${username} names another role than ${one} and ${other}`)
  return user === one ? other : one
}

function refuseStrange(wanted: WantedRotation, pending: Pending | undefined, next: string): void {
  if (pending === undefined || pending.username.reveal() === next) return
  throw refusal(
    `an interrupted run was giving role ${pending.username.reveal()} a password, and now role ${next} is meant`,
    `name that role again, or take its password out of Secret ${pendingSecret(wanted)} and delete that`,
  )
}

/** Stores a new login, and sets it. Nothing is stored before it is clear that this is the role's login. */
async function change(
  wanted: WantedRotation,
  {
    held,
    next,
    pending,
  }: { readonly held: Held; readonly next: string; readonly pending?: Pending | undefined },
  at: At,
  { cluster, database, random, namespace, site, say }: Rotating,
): Promise<Pending> {
  say('looks first')
  await refuseOthers({ cluster, namespace }, site, wanted, next)
  if (await letsIn(database, at, next, makePassword(random)))
    throw new SealiftError('PROOF_FAILED', `PostgreSQL lets role ${next} in with any password`, {
      hints: ['see its pg_hba.conf: from here it asks for none, so that no password can be proven'],
    })
  const isSet = pending !== undefined && (await letsIn(database, at, next, pending.password))
  const own = { user: held.user, password: held.password }
  const inUse = isSet && held.user === next ? false : await letsIn(database, at, held.user, held.password)
  if (!isSet && !inUse)
    throw new SealiftError(
      'DATABASE_DENIED',
      `the password that Infisical has is not that of role ${held.user}`,
      {
        hints: ['Nothing was changed: put the right one into Infisical first, or correct the tenancy file.'],
      },
    )
  const isOther = wanted.roles !== undefined
  if (isOther && !inUse)
    throw new SealiftError('DATABASE_DENIED', `role ${held.user}, which is in use, is not let in`, {
      hints: ['Nothing was changed: pods could not go on with it while the other role gets a password.'],
    })
  const changer: Changer =
    (await adminOf(cluster, wanted)) ?? (isSet ? { user: next, password: pending.password } : own)
  await refuseMore(database, at, changer, next)
  const login = {
    username: new Secret(next),
    password: pending?.password ?? makePassword(random),
    previous: held.password,
  }
  if (!isSet) {
    await keepPending(cluster, wanted, login)
    say(`role ${next}`)
    await setPassword(database, at, changer, next, login.password, random)
  }
  if (!(await letsIn(database, at, next, login.password)))
    throw new SealiftError('PROOF_FAILED', `role ${next} was given a password, and is not let in with it`, {
      hints: [
        'see pg_hba.conf and VALID UNTIL of the role; then run it again: it goes on with the same password',
      ],
    })
  return isSet ? pending : login
}

/**
 * Changes what Infisical has: of two secrets both at once, so that nobody reads the name of the one and the password of
 * the other. Where the server fails it is given time and told again: what it has done already does no harm.
 */
async function send(
  wanted: WantedRotation,
  { place }: Held,
  { username, password }: Pending,
  { session, pace }: Rotating,
): Promise<void> {
  const both = wanted.roles === undefined ? undefined : wanted.username
  const put = () =>
    both === undefined
      ? session.putSecret(place, wanted.password, password)
      : session.rotation.putTogether(place, { [both]: username, [wanted.password]: password })
  for (;;) {
    try {
      await pace.change<unknown>(put)
      return
    } catch (error) {
      await pace.rest(error)
    }
  }
}

/** Proves that the earlier password is good for nothing any more. */
async function refused(
  { name }: WantedRotation,
  { username, previous, password }: Pending,
  at: At,
  { database }: Rotating,
): Promise<'refused'> {
  const user = username.reveal()
  if (previous.reveal() === password.reveal() || !(await letsIn(database, at, user, previous)))
    return 'refused'
  throw new SealiftError('PROOF_FAILED', `${name}: role ${user} is still let in with its earlier password`, {
    hints: [
      'see what is before PostgreSQL: a pooler with passwords of its own, or a replica that lags behind',
    ],
  })
}
