import { type ErrorCode, SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { Cluster } from '../../../kernel/ports/index.ts'
import { judgeKeys, observeKeys, type Verdict } from '../../check/index.ts'
import { fingerprintOf, readKeysRecord, storedKeys } from '../../wire/index.ts'
import { looked } from './looked.ts'

// The verdict on the Secret says it.
const toldAlready: readonly ErrorCode[] = ['KEYS_LOST', 'FOREIGN_INSTALL']

/**
 * Whether the keys could be put back if the cluster were lost; nothing where there are none. No sync rests on it.
 * @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function lookAtKeys(
  cluster: Cluster,
  site: Site,
  namespace: string | undefined,
): Promise<readonly Verdict[]> {
  if (namespace === undefined) return []
  return await looked('keys/escrow', async id => {
    try {
      const keys = await storedKeys(cluster, namespace)
      if (keys === undefined) return []
      const state = observeKeys(fingerprintOf(keys), await readKeysRecord(cluster), site.escrow)
      return judgeKeys(id, state, site.escrow)
    } catch (error) {
      if (error instanceof SealiftError && toldAlready.includes(error.code)) return []
      throw error
    }
  })
}
