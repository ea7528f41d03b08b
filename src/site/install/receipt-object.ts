import { managed, systemNamespace } from '../../kernel/access/index.ts'
import { fieldsOf, isMapping, textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'

/** ConfigMap in `sealift-system` that holds the receipt. */
export const receiptName = 'sealift-receipt'

/** The receipt's fields as they are stored; nothing where there is none. */
export type ReceiptData = Readonly<Record<string, string>>

/** Reads the receipt's fields. @throws SealiftError CLUSTER_* */
export async function receiptData(cluster: Cluster): Promise<ReceiptData | undefined> {
  const { data } = fieldsOf(await cluster.get(kinds.configMap, receiptName, systemNamespace))
  return isMapping(data) ? textsIn(data) : undefined
}

/** Stores the receipt's fields; those that are left out are gone. @throws SealiftError CLUSTER_* */
export async function applyReceipt(cluster: Cluster, data: ReceiptData): Promise<void> {
  const metadata = { name: receiptName, namespace: systemNamespace, labels: managed }
  await cluster.apply({ ...kinds.configMap, metadata, data })
}
