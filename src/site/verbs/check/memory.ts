import type { Cluster } from '../../../kernel/ports/index.ts'
import { serverNow } from '../../budget/index.ts'
import type { Verdict } from '../../check/index.ts'
import { judgeServerRoom, lastEnd } from '../../wire/index.ts'
import { looked } from './looked.ts'

const id = 'infisical/memory'

/**
 * Whether V8's heap and the memory limit that Infisical runs with fit one another and its version, and whether its pod has
 * ended for want of memory before; what is too tight is told, and no fault yet: it runs. Nothing where its Deployment is
 * not there, which is told elsewhere. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function lookAtMemory(
  cluster: Cluster,
  namespace: string | undefined,
): Promise<readonly Verdict[]> {
  if (namespace === undefined) return []
  return await looked(id, async () => {
    const setting = await serverNow(cluster, namespace)
    if (setting === undefined) return []
    const { enough, seen, next } = judgeServerRoom(setting)
    const ended = await lastEnd(cluster, namespace)
    const hint = ended?.next ?? (enough ? undefined : next)
    return {
      ...{ id, ok: true, message: ended === undefined ? seen : `${seen}; ${ended.seen}` },
      ...(hint === undefined ? {} : { hint }),
    }
  })
}
