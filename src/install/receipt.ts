import { SealiftError } from '../errors/index.ts'
import { type BundleLock, parseLock, printLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Cluster } from '../ports/index.ts'
import { managed, systemNamespace } from '../wire/index.ts'

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

const kind = { apiVersion: 'v1', kind: 'ConfigMap' }
const name = 'sealift-receipt'

/** Leaves the receipt in the cluster, ConfigMap `sealift-receipt`. @throws SealiftError CLUSTER_* */
export async function writeReceipt(cluster: Cluster, receipt: Receipt): Promise<void> {
  const { site, bundle, at, key, lock } = receipt
  const data = { site, bundle, at, key, ...lock.metadata, 'bundle.lock.yaml': printLock(lock) }
  await cluster.apply({ ...kind, metadata: { name, namespace: systemNamespace, labels: managed }, data })
}

/** The receipt of what is installed here. @throws SealiftError NOT_INSTALLED, LOCK_INVALID, CLUSTER_* */
export async function readReceipt(cluster: Cluster): Promise<Receipt> {
  const object = await cluster.get(kind, name, systemNamespace)
  if (object === undefined) {
    throw new SealiftError(
      'NOT_INSTALLED',
      'Sealift has installed nothing on this cluster, or not to the end',
      {
        hints: ['run: sealift install BUNDLE -c site.yaml; it goes on where it was interrupted'],
      },
    )
  }
  const data = object['data'] as Record<string, string>
  const lock = parseLock(data['bundle.lock.yaml'] ?? '', `ConfigMap ${systemNamespace}/${name}`)
  const { site = '', bundle, at = '', key = 'unsigned' } = data
  return { site, bundle: bundle as Digest, at, key: key as Receipt['key'], lock }
}

/** Name and version of the bundle that is installed here, whatever form its lock has. @throws SealiftError CLUSTER_* */
export async function installedBundle(
  cluster: Cluster,
): Promise<{ readonly name: string; readonly version: string } | undefined> {
  const data = (await cluster.get(kind, name, systemNamespace))?.['data'] as
    | Record<string, string>
    | undefined
  const { name: installed, version } = data ?? {}
  return installed === undefined || version === undefined ? undefined : { name: installed, version }
}

/** Takes the receipt and the journal away; what is not there is fine. @throws SealiftError CLUSTER_* */
export async function forgetReceipt(cluster: Cluster): Promise<void> {
  await cluster.delete(kind, name, systemNamespace)
  await cluster.delete({ apiVersion: 'v1', kind: 'Secret' }, 'sealift-journal', systemNamespace)
}
