import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Cluster } from '../../../kernel/ports/index.ts'
import { readReceipt } from '../../install/index.ts'

/** Why the receipt of what is installed here cannot be read; nothing where it can, or where there is none. @throws SealiftError CLUSTER_* */
export async function spoiltReceipt(cluster: Cluster): Promise<SealiftError | undefined> {
  try {
    await readReceipt(cluster)
    return undefined
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    if (error.code === 'NOT_INSTALLED') return undefined
    if (error.code === 'LOCK_INVALID') return error
    throw error
  }
}
