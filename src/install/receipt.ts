import { printable, SealiftError } from '../errors/index.ts'
import { type BundleLock, parseLock, printLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import { type Cluster, kinds } from '../ports/index.ts'
import { managed, systemNamespace } from '../wire/index.ts'
import { forgetJournal } from './journal.ts'
import type { Installed } from './order.ts'

/** What was installed here: the auditor's and every later verb's starting point. Holds no secret. */
export interface Receipt {
  /** The site's name. */
  readonly site: string
  /** Identity of the bundle. */
  readonly bundle: Digest
  /** ISO time at which the install was proven. */
  readonly at: string
  /** Who answered for the bundle: the fingerprint of the key that signed it, or `unsigned`. */
  readonly key: Digest | 'unsigned'
  /** The bundle's lock: charts, images by digest, budget. */
  readonly lock: BundleLock
}

/** ConfigMap in `sealift-system` that holds the receipt. */
export const receiptName = 'sealift-receipt'

/** Leaves the receipt in the cluster, ConfigMap `sealift-receipt`. @throws SealiftError CLUSTER_* */
export async function writeReceipt(cluster: Cluster, receipt: Receipt): Promise<void> {
  const { site, bundle, at, key, lock } = receipt
  const data = { site, bundle, at, key, ...lock.metadata, 'bundle.lock.yaml': printLock(lock) }
  await applyReceipt(cluster, data)
}

/** The receipt of what is installed here. @throws SealiftError NOT_INSTALLED, LOCK_INVALID, CLUSTER_* */
export async function readReceipt(cluster: Cluster): Promise<Receipt> {
  const data = await receiptData(cluster)
  if (data === undefined || data['removed'] !== undefined) {
    throw new SealiftError(
      'NOT_INSTALLED',
      data === undefined
        ? 'Sealift has installed nothing on this cluster, or not to the end'
        : printable(`${data['name']} ${data['version']} was removed from this cluster at ${data['removed']}`),
      {
        hints: [
          'run: sealift install BUNDLE -c site.yaml; it goes on where it was interrupted, and takes up data that is there',
        ],
      },
    )
  }
  const lock = parseLock(data['bundle.lock.yaml'] ?? '', `ConfigMap ${systemNamespace}/${receiptName}`)
  const { site = '', bundle, at = '', key = 'unsigned' } = data
  return { site, bundle: bundle as Digest, at, key: key as Receipt['key'], lock }
}

/**
 * Name and version of the bundle that is installed here, or that was and left its data, whatever form its lock has.
 * @throws SealiftError CLUSTER_*
 */
export async function installedBundle(cluster: Cluster): Promise<Installed | undefined> {
  const { name: installed, version, removed } = (await receiptData(cluster)) ?? {}
  if (installed === undefined || version === undefined) return undefined
  return { name: installed, version, ...(removed === undefined ? {} : { removed }) }
}

/**
 * Takes the journal away, and notes in the receipt, if there is one, that the bundle was removed: its database is
 * still there, and an older bundle must not take it up unasked. @throws SealiftError CLUSTER_*
 */
export async function closeReceipt(cluster: Cluster, removed: string): Promise<void> {
  const data = await receiptData(cluster)
  if (data !== undefined) await applyReceipt(cluster, { removed, ...data })
  await forgetJournal(cluster)
}

/** Takes the receipt away; what is not there is fine. @throws SealiftError CLUSTER_* */
export async function forgetReceipt(cluster: Cluster): Promise<void> {
  await cluster.delete(kinds.configMap, receiptName, systemNamespace)
}

async function receiptData(cluster: Cluster): Promise<Readonly<Record<string, string>> | undefined> {
  return (await cluster.get(kinds.configMap, receiptName, systemNamespace))?.['data'] as
    | Record<string, string>
    | undefined
}

async function applyReceipt(cluster: Cluster, data: Readonly<Record<string, string>>): Promise<void> {
  const metadata = { name: receiptName, namespace: systemNamespace, labels: managed }
  await cluster.apply({ ...kinds.configMap, metadata, data })
}
