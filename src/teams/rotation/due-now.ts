import type { Cluster, InfisicalSession } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'
import { dueOf, keptOf } from './pending.ts'
import type { WantedRotation } from './wanted.ts'

/** What asking needs. */
interface Asking {
  readonly cluster: Cluster
  readonly session: InfisicalSession
  readonly pace: Pace
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Whether a password is to be given anew by now. The server is asked only where Sealift has never given it anew. */
export async function isDue(
  wanted: WantedRotation,
  projectId: string,
  { cluster, session, pace, now }: Asking,
): Promise<boolean> {
  const kept = await keptOf(cluster, wanted)
  if (kept.pending !== undefined || kept.rotatedAt !== undefined) return dueOf(wanted, kept, undefined, now)
  const ages = await pace.read(() => session.rotation.ages(projectId, wanted.environment))
  const own = ages.find(({ name, path }) => name === wanted.password && path === wanted.path)
  return dueOf(wanted, kept, own?.changedAt, now)
}
