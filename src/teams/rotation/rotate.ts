import * as z from 'zod'
import { arrivedInBoth, change, refused } from './change.ts'
import { type Held, heldIn, isHeld, nextOf, refuseStrange, refuseWritten } from './held.ts'
import { atServer } from './login.ts'
import { keptOf, noteRotated, type Pending } from './pending.ts'
import { readersOf } from './readers.ts'
import type { Rotating } from './rotating.ts'
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
  const names = [wanted.password, ...(wanted.username === undefined ? [] : [wanted.username])]
  await refuseWritten(wanted, names, cluster)
  return await atServer({ cluster, namespace }, wanted, async at => {
    const login = isSent ? pending : await change(wanted, { held, next, pending }, at, rotating)
    say('Infisical')
    if (!isSent) await send(wanted, held, login, rotating)
    say('what reads it')
    const values = {
      [wanted.password]: login.password,
      ...(wanted.username === undefined ? {} : { [wanted.username]: login.username }),
    }
    const readers = await readersOf(cluster, wanted, names)
    const arrivals = await bring(cluster, readers, values, patience)
    const earlier =
      wanted.roles === undefined ? await refused(wanted, login, at, rotating) : ('kept' as const)
    await arrivedInBoth(wanted, projectId, login, at, rotating)
    // What has not arrived is waited for by the next run, which gives no other password before.
    if (arrivals.every(({ state }) => state !== 'missing'))
      await noteRotated(cluster, wanted, patience.clock.now())
    return {
      ...{ name: wanted.name, where: whereOf(wanted), secret: wanted.password, role: next },
      ...{ earlier, readers: arrivals },
    }
  })
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
