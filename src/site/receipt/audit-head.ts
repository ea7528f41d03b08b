import { historyParts, judgeHistory } from '../../kernel/history/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import type { SiteReceipt } from './document.ts'

/**
 * How far the site's audit log goes: whoever keeps the receipt can later tell that nothing before was changed. Nothing
 * where there is no log. @throws SealiftError CLUSTER_*
 */
export async function auditHead(cluster: Pick<Cluster, 'list'>): Promise<SiteReceipt['audit']> {
  const { entries, head, broken } = judgeHistory(await historyParts(cluster))
  return head === undefined ? undefined : { entries, head, whole: broken === undefined }
}
