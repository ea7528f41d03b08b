import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { Secret } from '../../kernel/ports/index.ts'
import { makePassword } from '../../kernel/services/index.ts'
import { type Held, heldIn, isHeld } from './held.ts'
import { adminOf } from './login.ts'
import { refuseOthers } from './operated.ts'
import { keepPending, type Pending, pendingSecret } from './pending.ts'
import { type At, type Changer, letsIn, refuseMore, setPassword } from './role.ts'
import type { Rotating } from './rotating.ts'
import type { WantedRotation } from './wanted.ts'

/** The login that there is, the role that gets a password, and what an interrupted run has stored. */
interface Changing {
  readonly held: Held
  readonly next: string
  readonly pending?: Pending | undefined
}

/**
 * Stores a new login, and sets it. Nothing is stored before it is clear that this is the role's login.
 * @throws SealiftError TENANCY_UNMET, PROOF_FAILED, DATABASE_*, FOREIGN_INSTALL, CLUSTER_*
 */
export async function change(
  wanted: WantedRotation,
  { held, next, pending }: Changing,
  at: At,
  { cluster, database, random, namespace, site, say, patience }: Rotating,
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
        hints: [
          'Nothing was changed: put the right one into Infisical first, or correct the tenancy file.',
          `An interrupted run of this role under another name keeps the new one in Secret ${pendingSecret({ name: 'NAME' })}.`,
        ],
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
    patience.signal?.throwIfAborted()
    const before = next === held.user ? held.password : undefined
    await setPassword(database, at, changer, { role: next, password: login.password, before }, random)
  }
  if (!(await letsIn(database, at, next, login.password)))
    throw new SealiftError('PROOF_FAILED', `role ${next} was given a password, and is not let in with it`, {
      hints: [
        'see pg_hba.conf and VALID UNTIL of the role; then run it again: it goes on with the same password',
      ],
    })
  return isSet ? pending : login
}

/** Proves that the earlier password is good for nothing any more. @throws SealiftError PROOF_FAILED, DATABASE_* */
export async function refused(
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

/**
 * Proves that what Infisical has by now is the new login, and that PostgreSQL lets it in: only then is the stored one
 * not needed any more. @throws SealiftError PROOF_FAILED, TENANCY_UNMET, DATABASE_*, SERVER_FAILED
 */
export async function arrivedInBoth(
  wanted: WantedRotation,
  projectId: string,
  login: Pending,
  at: At,
  rotating: Rotating,
): Promise<void> {
  const { user, password, place } = await heldIn(wanted, projectId, rotating)
  const kept = `the new one is in Secret ${pendingSecret(wanted)}; run it again: it goes on with that`
  if (!isHeld({ user, password, place }, login))
    throw new SealiftError('PROOF_FAILED', 'Infisical has another login than it was given', {
      hints: [`somebody else has changed it, or a policy of the server holds the change back; ${kept}`],
    })
  if (await letsIn(rotating.database, at, user, password)) return
  throw new SealiftError('PROOF_FAILED', `role ${printable(user)} is not let in with what Infisical has`, {
    hints: ["somebody else has changed the role's password: put that one into Infisical, and run it again"],
  })
}
