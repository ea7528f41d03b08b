import * as z from 'zod'
import { judgeDeployment } from '../check/index.ts'
import { count } from '../errors/index.ts'
import { journalEntry, readReceipt, siteJournal, voucher } from '../install/index.ts'
import { digestShape } from '../oci/index.ts'
import { kinds, type SiteHost } from '../ports/index.ts'

/** What is installed here, and how it got here. */
export const statusResult = z.strictObject({
  site: z.string(),
  bundle: z.strictObject({
    name: z.string(),
    version: z.string(),
    digest: digestShape,
    /** Fingerprint of the key that signed it, or `unsigned`. */
    key: voucher,
  }),
  /** ISO time at which the install was proven. */
  installed: z.string(),
  releases: z.array(
    z.strictObject({ name: z.string(), version: z.string(), namespace: z.string(), pods: z.string() }),
  ),
  images: z.array(z.strictObject({ name: z.string(), digest: digestShape })),
  journal: z.array(journalEntry),
})
export type StatusResult = z.infer<typeof statusResult>

/** Says what is installed. Changes nothing. @throws SealiftError NOT_INSTALLED, CLUSTER_* */
export async function status({ cluster, files }: SiteHost): Promise<StatusResult> {
  const { site, bundle, at, key, lock } = await readReceipt(cluster)
  const releases = []
  for (const { name, version, namespace } of lock.charts) {
    const verdicts = (await cluster.list(kinds.deployment, namespace)).map(judgeDeployment)
    const ready = verdicts.filter(({ ok }) => ok).length
    releases.push({
      name,
      version,
      namespace,
      pods: `${ready} of ${count(verdicts.length, 'Deployment')} ready`,
    })
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
