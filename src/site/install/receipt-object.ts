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

const changes = new WeakMap<Cluster, Promise<unknown>>()

/**
 * Makes other fields of the receipt's, unless `change` gives none: one change after another, for steps that run side by
 * side note things in it. @throws SealiftError CLUSTER_*
 */
export async function changeReceipt(
  cluster: Cluster,
  change: (data: ReceiptData | undefined) => ReceiptData | undefined,
): Promise<void> {
  const work = async () => {
    const data = change(await receiptData(cluster))
    if (data !== undefined) await applyReceipt(cluster, data)
  }
  const changed = (changes.get(cluster) ?? Promise.resolve()).then(work)
  changes.set(
    cluster,
    changed.catch(() => {}),
  )
  await changed
}

/** Stores the receipt's fields; those that are left out are gone. @throws SealiftError CLUSTER_* */
async function applyReceipt(cluster: Cluster, data: ReceiptData): Promise<void> {
  const metadata = { name: receiptName, namespace: systemNamespace, labels: managed }
  await cluster.apply({ ...kinds.configMap, metadata, data })
}
