import { readValues, systemNamespace } from '../../kernel/access/index.ts'
import { storeSecret } from '../../kernel/owned/index.ts'
import type { Cluster, Secret } from '../../kernel/ports/index.ts'
import { day, daysIn, type WantedRotation } from './wanted.ts'

/** When a password was last given anew, ISO 8601. */
const rotatedMark = 'sealift.dev/rotated'

/** A login that is on its way: stored before it is set, so that whoever is killed finds it again. */
export interface Pending {
  readonly username: Secret
  readonly password: Secret
  /** The password that Infisical had before. */
  readonly previous: Secret
}

/** What Sealift keeps of a rotation, in its own namespace. */
export interface Kept {
  readonly pending?: Pending
  /** When the last one ended, in milliseconds since 1970. */
  readonly rotatedAt?: number
}

const nameOf = ({ name }: Pick<WantedRotation, 'name'>) => `sealift-rotation.${name}`

/** Where it is kept, for messages. */
export function pendingSecret(wanted: Pick<WantedRotation, 'name'>): string {
  return `${systemNamespace}/${nameOf(wanted)}`
}

/** Reads what is kept. @throws SealiftError CLUSTER_* */
export async function keptOf(cluster: Cluster, wanted: Pick<WantedRotation, 'name'>): Promise<Kept> {
  const found = await readValues(cluster, systemNamespace, nameOf(wanted))
  const [username, password, previous] = ['username', 'password', 'previous'].map(key =>
    found?.values.get(key),
  )
  const at = Date.parse(found?.object.metadata.annotations?.[rotatedMark] ?? '')
  return {
    ...(username && password && previous ? { pending: { username, password, previous } } : {}),
    ...(Number.isNaN(at) ? {} : { rotatedAt: at }),
  }
}

/** Stores a login before it is set. @throws SealiftError FOREIGN_INSTALL, CLUSTER_* */
export async function keepPending(
  cluster: Cluster,
  wanted: WantedRotation,
  { username, password, previous }: Pending,
): Promise<void> {
  await storeSecret(cluster, systemNamespace, nameOf(wanted), { username, password, previous })
}

/** Takes the values away again, and notes when. @throws SealiftError FOREIGN_INSTALL, CLUSTER_* */
export async function noteRotated(cluster: Cluster, wanted: WantedRotation, now: number): Promise<void> {
  const gone = { username: undefined, password: undefined, previous: undefined }
  await storeSecret(cluster, systemNamespace, nameOf(wanted), gone, {
    [rotatedMark]: new Date(now).toISOString(),
  })
}

/**
 * Whether a password is to be given anew: it is as old as the file lets it be, or a run was killed over it.
 * @param changedAt when the server says that its secret was changed; used where Sealift has never given it anew
 */
export function dueOf(
  wanted: WantedRotation,
  kept: Kept,
  changedAt: number | undefined,
  now: number,
): boolean {
  // A time to come was noted by a clock that was wrong, and would keep the password for as long as that was off.
  const [since] = [kept.rotatedAt, changedAt].filter(at => at !== undefined && at - now < day)
  return kept.pending !== undefined || since === undefined || now - since >= daysIn(wanted.every)
}
