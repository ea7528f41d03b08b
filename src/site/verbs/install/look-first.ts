import type { Bundle } from '../../../bundle/layout/index.ts'
import { printLock } from '../../../bundle/lock/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { asStep, type Cluster, type SiteHost, type Talk } from '../../../kernel/ports/index.ts'
import {
  installedBundle,
  recordedReleases,
  recordedSite,
  refuseDowngrade,
  refuseForeign,
  refuseForeignRecords,
  refuseOtherOperator,
  refuseOtherReleases,
  refuseOtherSite,
} from '../../install/index.ts'
import type { LoadingWay } from '../../load/index.ts'
import { ingressFaults, namespacesOf, requireGivenPassword, type Wired } from '../../wire/index.ts'
import { requireEscrowChoice } from './escrow-choice.ts'
import { checkServices } from './services.ts'

/** What is to be installed, and where. */
export interface Look {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  /** How images come to the nodes. */
  readonly way: LoadingWay
  /** Whether an older bundle may pass. */
  readonly downgrade: boolean
  /** Whether a cluster that is another site, or had its data elsewhere, may be taken over. */
  readonly takeOver: boolean
}

/**
 * Looks at all that could stop an install, before its first change.
 * @throws SealiftError CLUSTER_*, FOREIGN_INSTALL, SITE_INVALID, DOWNGRADE_REFUSED, LOAD_FAILED, BASE_MISSING, DATABASE_*, CACHE_*, KEYS_LOST
 */
export async function lookFirst(look: Look, host: SiteHost, talk: Talk): Promise<void> {
  const { bundle, site, wired, way } = look
  const { cluster } = host
  await lookAt('the cluster', talk, async () => {
    const { server, version } = await cluster.info()
    await requireOwn(look, cluster)
    const namespaces = namespacesOf(wired)
    await refuseForeignRecords(cluster)
    await refuseForeign(cluster, namespaces)
    await refuseOtherOperator(cluster, namespaces)
    await requireGivenPassword(cluster, site, wired.infisical.namespace)
    await requireEscrowChoice(cluster, site, wired.infisical.namespace)
    return `${version} at ${server}`
  })
  if (bundle.absent.length > 0) await lookAt('what the delta builds on', talk, () => way.base(bundle))
  await lookAt('the room for images', talk, async () => {
    const { detail, doubt } = await way.room(bundle)
    if (doubt !== undefined) talk.reporter.warn(doubt)
    return detail
  })
  for (const { message, hint } of await ingressFaults(cluster, site, wired.infisical.namespace))
    talk.reporter.warn(`the Ingress will not work yet: ${message}; ${hint}`)
  await lookAt('PostgreSQL and Dragonfly', talk, () => checkServices(site, host, wired, look.takeOver))
}

/**
 * Makes sure that the cluster is the site of this file, and that the bundle does not take it back, as it is now.
 * @throws SealiftError DOWNGRADE_REFUSED, FOREIGN_INSTALL, CLUSTER_*
 */
export async function requireOwn(
  { bundle, site, wired, downgrade, takeOver }: Look,
  cluster: Cluster,
): Promise<void> {
  const { digest, lock } = bundle
  const { name } = site.metadata
  refuseOtherSite(await recordedSite(cluster, namespacesOf(wired)), name, takeOver)
  const candidate = { ...lock.metadata, marks: [digest, printLock(lock)] }
  const installed = await installedBundle(cluster)
  refuseDowngrade(installed, candidate, downgrade)
  // What a bundle does not know of would run on, with the keys that this one takes up.
  if (installed?.removed === undefined) refuseOtherReleases(await recordedReleases(cluster), lock.charts)
}

async function lookAt(what: string, { reporter, signal }: Talk, look: () => Promise<string>): Promise<void> {
  signal.throwIfAborted()
  await asStep(reporter, `Look at ${what}`, look, found => found)
}
