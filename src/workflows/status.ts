import { judgeDeployment } from '../check/index.ts'
import { type JournalEntry, type Receipt, readReceipt, siteJournal } from '../install/index.ts'
import type { Digest } from '../oci/index.ts'
import { kinds, type SiteHost } from '../ports/index.ts'

/** What is installed here, and how it got here. */
export interface StatusResult {
  readonly site: string
  readonly bundle: {
    readonly name: string
    readonly version: string
    readonly digest: Digest
    /** Fingerprint of the key that signed it, or `unsigned`. */
    readonly key: Receipt['key']
  }
  /** ISO time at which the install was proven. */
  readonly installed: string
  readonly releases: readonly {
    readonly name: string
    readonly version: string
    readonly namespace: string
    readonly pods: string
  }[]
  readonly images: readonly { readonly name: string; readonly digest: Digest }[]
  readonly journal: readonly JournalEntry[]
}

/** Says what is installed. Changes nothing. @throws SealiftError NOT_INSTALLED, CLUSTER_* */
export async function status({ cluster, files }: SiteHost): Promise<StatusResult> {
  const { site, bundle, at, key, lock } = await readReceipt(cluster)
  const releases = []
  for (const { name, version, namespace } of lock.charts) {
    const verdicts = (await cluster.list(kinds.deployment, namespace)).map(judgeDeployment)
    const ready = verdicts.filter(({ ok }) => ok).length
    releases.push({ name, version, namespace, pods: `${ready} of ${verdicts.length} Deployments ready` })
  }
  return {
    site,
    bundle: { name: lock.metadata.name, version: lock.metadata.version, digest: bundle, key },
    installed: at,
    releases,
    images: lock.images.map(({ name, digest }) => ({ name, digest })),
    journal: await siteJournal(cluster, files, '').read(),
  }
}
