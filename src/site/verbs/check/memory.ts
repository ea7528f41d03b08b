import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Cluster } from '../../../kernel/ports/index.ts'
import { serverNow } from '../../budget/index.ts'
import type { Verdict } from '../../check/index.ts'
import { isServerPod, judgeServerRoom, lastEnd } from '../../wire/index.ts'
import { looked } from './looked.ts'

const id = 'infisical/memory'

/**
 * Whether V8's heap and the memory limit that Infisical runs with fit one another, its version and what it has held here, and
 * whether its pod has ended for want of memory before; what is too tight is told, and no fault yet: it runs. Nothing where its Deployment is
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
    const { enough, seen, next } = judgeServerRoom({ ...setting, peak: await peakOf(cluster, namespace) })
    const ended = await lastEnd(cluster, namespace)
    const hint = ended?.next ?? (enough ? undefined : next)
    return {
      ...{ id, ok: true, message: ended === undefined ? seen : `${seen}; ${ended.seen}` },
      ...(hint === undefined ? {} : { hint }),
    }
  })
}

/** The most that a pod of the server has held; nothing where that cannot be read, which the measure of use tells. */
async function peakOf(cluster: Cluster, namespace: string): Promise<number | undefined> {
  try {
    const own = (await cluster.peaks()).filter(one => one.namespace === namespace && isServerPod(one.pod))
    return own.length === 0 ? undefined : Math.max(...own.map(({ memory }) => memory))
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
    return undefined
  }
}
