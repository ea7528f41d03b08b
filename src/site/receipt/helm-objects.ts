import { gunzipSync } from 'node:zlib'
import { textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { ownObjects, type ReleaseName } from '../release/index.ts'
import type { NamedObject } from './document.ts'

/** What helm has on record of a release as it is now. */
export interface Recorded {
  readonly revision: number
  readonly objects: readonly NamedObject[]
}

/**
 * Bytes of an unpacked record. A Secret holds less than 1 MiB of it packed, which YAML and templates pack to a tenth or so;
 * a megabyte of one byte packs to a thousandth, and whoever may write Secrets there may write that.
 */
const most = 32 * 2 ** 20

/**
 * The objects of a release by helm's own record: the newest revision that is deployed, a Secret that holds gzip in base64
 * in base64 (helm.sh/helm/v4/pkg/storage/driver/util.go). Of the objects only kinds and names are taken. Nothing where
 * there is no record that can be read. @throws SealiftError CLUSTER_*
 */
export async function recordedObjects(
  cluster: Pick<Cluster, 'list'>,
  name: ReleaseName,
): Promise<Recorded | undefined> {
  const labels = `owner=helm,name=${name.release},status=deployed`
  const records = await cluster.list(kinds.secret, name.namespace, labels)
  const newest = records
    .map(record => ({ record, revision: Number(record.metadata.labels?.['version']) }))
    .filter(({ revision }) => Number.isSafeInteger(revision))
    .sort((a, b) => b.revision - a.revision)[0]
  const manifest = newest && manifestOf(newest.record)
  if (newest === undefined || manifest === undefined) return undefined
  try {
    return { revision: newest.revision, objects: ownObjects(manifest, name).map(named) }
  } catch {
    return undefined // no YAML: it is not helm's
  }
}

function manifestOf(record: KubernetesObject): string | undefined {
  try {
    const { release = '' } = textsIn(record['data'])
    const packed = Buffer.from(Buffer.from(release, 'base64').toString('latin1'), 'base64')
    const { manifest } = JSON.parse(gunzipSync(packed, { maxOutputLength: most }).toString('utf8')) ?? {}
    return typeof manifest === 'string' ? manifest : undefined
  } catch {
    return undefined
  }
}

function named({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): NamedObject {
  const place = typeof namespace === 'string' ? { namespace } : {}
  return { apiVersion: String(apiVersion), kind: String(kind), name: String(name), ...place }
}
