import * as z from 'zod'
import { type Bundle, openBundle, signaturePath } from '../../../bundle/layout/index.ts'
import { bundledHelm, requireTrusted } from '../../../bundle/opening/index.ts'
import { credentialsSecretName, isManaged, systemNamespace } from '../../../kernel/access/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { ownStoreName } from '../../../kernel/owned/index.ts'
import { asStep, isTerminating, kinds, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import { endToolsPods } from '../../backup/index.ts'
import {
  closeReceipt,
  closeUpgrade,
  installedBundle,
  markOlder,
  recordedReleases,
  recordedSite,
  refuseForeign,
  refuseForeignRecords,
  refuseOtherBundle,
  refuseOtherReleases,
  refuseOtherSite,
  underLease,
} from '../../install/index.ts'
import { isOurs, ownedBy } from '../../release/index.ts'
import {
  deleteUnlessDown,
  liftDeadWebhooks,
  namespacesOf,
  readManifests,
  type Wired,
  wiredCharts,
} from '../../wire/index.ts'
import { keptWithoutPurge } from './kept.ts'
import { leaveHistory } from './leave-history.ts'
import { takeOperatorsLogin } from './operators-login.ts'
import { purge } from './purge.ts'
import { revokeAccess } from './revoke-access.ts'
import { absent, type Take } from './take.ts'
import { takeRelease } from './take-release.ts'
import { letGo, printed, refuseTeamsLoss } from './teams-loss.ts'

/** What to remove. */
export interface RemoveRequest {
  /** Path of the bundle: its helm takes the releases away. */
  readonly bundle: string
  readonly site: Site
  /** Also the database, the keys, the CRDs and the images: nothing can be had back then. */
  readonly purge: boolean
  /** Lets a bundle pass that nobody signed, where the site names no keys: its helm is run. */
  readonly allowUnsigned: boolean
  /** File that gets the site's audit log, where its namespace goes; one that is there is not written over. */
  readonly auditLog: string
}

/** What was there and was removed, and what was left on purpose and is there. */
export const removeResult = z.strictObject({ removed: z.array(z.string()), kept: z.array(z.string()) })
type RemoveResult = z.infer<typeof removeResult>

/**
 * Takes the platform away. Without `purge` the data stays: database, keys, the admin's login, CRDs and images,
 * so that an install of the same site finds everything again. Can be run again after an interruption.
 * @throws SealiftError FOREIGN_INSTALL when another bundle or site is installed or teams' objects would be lost, SITE_BUSY, BUNDLE_*, SIGNATURE_INVALID, KEY_INVALID, HELM_FAILED, CLUSTER_*, DATABASE_*
 */
export async function remove(request: RemoveRequest, host: SiteHost, talk: Talk): Promise<RemoveResult> {
  const { cluster, files } = host
  const source = await files.openBundle(request.bundle)
  try {
    const bundle = await openBundle(source)
    await requireTrusted(signaturePath(source), bundle, request.site, request.allowUnsigned, files)
    const wired = wiredCharts(bundle)
    const namespaces = namespacesOf(wired)
    await refuseForeignRecords(cluster)
    await refuseForeign(cluster, namespaces)
    refuseOtherSite(await recordedSite(cluster, namespaces), request.site.metadata.name)
    const records = await cluster.get(kinds.namespace, systemNamespace)
    const removal = { ...request, bundle, wired, namespaces, records: records !== undefined }
    const about = { site: request.site.metadata.name, bundle: bundle.digest }
    const work = (talk: Talk) => removeAll(removal, host, talk)
    // Where an earlier purge has come so far, nobody can take a lease any more.
    return isTerminating(records) ? await work(talk) : await underLease({ ...host, about }, talk, work)
  } finally {
    await source.close()
  }
}

interface Removal extends Omit<RemoveRequest, 'bundle'> {
  readonly bundle: Bundle
  readonly wired: Wired
  readonly namespaces: readonly string[]
  /** Whether Sealift's own namespace was there before. */
  readonly records: boolean
}

async function removeAll(removal: Removal, host: SiteHost, talk: Talk): Promise<RemoveResult> {
  const { bundle, site, wired, namespaces } = removal
  const { cluster } = host
  refuseOtherSite(await recordedSite(cluster, namespaces), site.metadata.name)
  refuseOtherBundle(await installedBundle(cluster), bundle.lock.metadata)
  refuseOtherReleases(await recordedReleases(cluster), bundle.lock.charts)
  const removed: string[] = []
  const kept: string[] = []
  const take: Take = async (what, work, stays = () => undefined) => {
    talk.signal.throwIfAborted()
    const result = await asStep(talk.reporter, `Remove ${what}`, work, done => stays(done) ?? '')
    const reason = stays(result)
    if (reason === undefined) removed.push(what)
    else if (reason !== absent) kept.push(`${what}: ${reason}`)
  }
  const crds = await cluster.list(kinds.crd, undefined, ownedBy(wired.externalSecrets.release))
  const brought = removal.purge ? await refuseTeamsLoss(crds, cluster) : []
  // Before the journal goes, which may be all that shows whose they are.
  const { systemNamespace: own } = await readManifests(host.manifests)
  await markOlder(cluster, site.metadata.name, own)
  await liftDeadWebhooks(cluster, namespaces, object => isOurs(wired, object))
  const access = await revokeAccess(removal, host, talk)
  removed.push(...access.revoked)
  for (const object of brought) await take(printed(object), () => letGo(object, cluster))
  const helm = await bundledHelm(bundle, host)
  try {
    const own = await ownStoreName(cluster)
    const store = `ClusterSecretStore ${own}`
    const stored = isManaged(await cluster.get(kinds.clusterSecretStore, own))
    const deleted =
      stored &&
      (await asStep(
        talk.reporter,
        `Remove ${store}`,
        () => deleteUnlessDown(cluster, kinds.clusterSecretStore, own),
        gone => (gone ? 'gone' : 'its webhook is down: it goes after the release'),
      ))
    if (deleted) removed.push(store)
    for (const chart of [...wired.spec.charts].reverse())
      await take(
        `release ${chart.release}`,
        () => takeRelease(chart, { bundle, site, wired, helm, host }),
        found => (found ? undefined : absent),
      )
    if (stored && !deleted) await take(store, () => cluster.delete(kinds.clusterSecretStore, own))
  } finally {
    await helm.dispose()
  }
  const credentials = await cluster.get(kinds.secret, credentialsSecretName, wired.externalSecrets.namespace)
  if (isManaged(credentials))
    await take('ESO’s credentials', () =>
      cluster.delete(kinds.secret, credentialsSecretName, wired.externalSecrets.namespace),
    )
  await takeOperatorsLogin(cluster, take)
  // An image that a pod of a killed backup has would stay.
  if (site.database.tools !== undefined) await endToolsPods(cluster)
  const now = new Date(host.clock.now()).toISOString()
  await take(
    'the journal',
    async () => {
      await closeUpgrade(cluster, now)
      return await closeReceipt(cluster, now)
    },
    found => (found ? undefined : absent),
  )
  const left = removal.purge
    ? await purge({ bundle, site, wired, crds, namespaces, host, take })
    : await keptWithoutPurge({ site, wired, crds, records: removal.records }, cluster)
  kept.push(...left, ...access.kept)
  // Last, with receipt and lease in it: for as long as the database may be there, an older bundle must not take it
  // up, and until all is done nobody else may begin.
  if (removal.purge || !removal.records) {
    await leaveHistory(removal.auditLog, host, talk)
    await take(
      `namespace ${systemNamespace}`,
      () => cluster.delete(kinds.namespace, systemNamespace),
      // It was made for the lease of this very removal.
      () => (removal.records ? undefined : absent),
    )
  }
  return { removed, kept }
}
