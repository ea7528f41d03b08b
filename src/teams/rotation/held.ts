import type { Cluster, Secret, SecretPlace } from '../../kernel/ports/index.ts'
import { type Pending, pendingSecret } from './pending.ts'
import { readersOf, writersOf } from './readers.ts'
import { refusal } from './refusal.ts'
import type { Rotating } from './rotating.ts'
import type { WantedRotation } from './wanted.ts'

/** What Infisical has. */
export interface Held {
  readonly place: SecretPlace
  readonly user: string
  readonly password: Secret
}

/** Reads the login that Infisical has. @throws SealiftError TENANCY_UNMET, SERVER_FAILED */
export async function heldIn(
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

/** Whether Infisical has a login that is on its way. */
export const isHeld = ({ user, password }: Held, { username, password: pending }: Pending) =>
  user === username.reveal() && password.reveal() === pending.reveal()

/** The role that gets a password: the one that is not in use, where two take turns. */
export function nextOf({ roles, username }: WantedRotation, user: string): string {
  if (roles === undefined) return user
  const [one, other] = roles
  if (user !== one && user !== other)
    throw refusal(`secret ${username} names another role than ${one} and ${other}`)
  return user === one ? other : one
}

/** Refuses where another role was meant before. @throws SealiftError TENANCY_UNMET */
export function refuseStrange(wanted: WantedRotation, pending: Pending | undefined, next: string): void {
  if (pending === undefined || pending.username.reveal() === next) return
  throw refusal(
    `an interrupted run was giving role ${pending.username.reveal()} a password, and now role ${next} is meant`,
    `name that role again, or take its password out of Secret ${pendingSecret(wanted)} and delete that`,
  )
}

/** Before anything is changed: what reads the secrets can be seen, and nothing writes them. @throws SealiftError TENANCY_UNMET, CLUSTER_* */
export async function refuseWritten(
  wanted: WantedRotation,
  names: readonly string[],
  cluster: Cluster,
): Promise<void> {
  await readersOf(cluster, wanted, names)
  const writers = await writersOf(cluster, wanted, names)
  if (writers.length > 0)
    throw refusal(
      `PushSecret ${writers.join(', ')} writes this secret, and would write the earlier password again`,
      'take it out of the PushSecret: a password is given anew where it comes from',
    )
}
