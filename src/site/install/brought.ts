import type { LockedImage } from '../../bundle/lock/index.ts'
import { isDigest } from '../../kernel/oci/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { changeReceipt, type ReceiptData, receiptData } from './receipt-object.ts'

/** An image by the name and the digest that its lock has. */
export type BroughtImage = Pick<LockedImage, 'name' | 'digest'>

const key = 'images'

/** The field of a receipt that outlives every install and removal but a purge. */
export function broughtField(data: ReceiptData | undefined): ReceiptData {
  const lines = data?.[key]
  return lines === undefined ? {} : { [key]: lines }
}

/**
 * Notes in the receipt the images that are loaded from now on, beside those of earlier installs: what a purge takes
 * from the node, and nothing that was there before Sealift. @throws SealiftError CLUSTER_*
 */
export async function noteBrought(cluster: Cluster, images: readonly BroughtImage[]): Promise<void> {
  if (images.length === 0) return
  await changeReceipt(cluster, data => {
    const lines = [...linesOf(data), ...images.map(({ name, digest }) => `${name} ${digest}`)]
    return { ...data, [key]: [...new Set(lines)].sort().join('\n') }
  })
}

/** The images that installs have brought here; a line that somebody has spoilt is passed over. @throws SealiftError CLUSTER_* */
export async function broughtImages(cluster: Cluster): Promise<BroughtImage[]> {
  return linesOf(await receiptData(cluster)).flatMap(line => {
    const [name = '', digest] = line.split(' ')
    return isDigest(digest) ? [{ name, digest }] : []
  })
}

const linesOf = (data: ReceiptData | undefined): string[] => data?.[key]?.split('\n') ?? []
