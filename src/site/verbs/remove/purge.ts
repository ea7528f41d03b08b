import type { Bundle } from '../../../bundle/layout/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../kernel/objects/index.ts'
import { parseReference, printReference } from '../../../kernel/oci/index.ts'
import {
  type Cluster,
  isTerminating,
  type KubernetesObject,
  kinds,
  type Runtime,
  type SiteHost,
} from '../../../kernel/ports/index.ts'
import { hasEnded } from '../../../kernel/workloads/index.ts'
import { scratchMarks } from '../../backup/index.ts'
import { broughtImages } from '../../install/index.ts'
import { digestNames, namesOn, ownFiles, runtimeNames } from '../../load/index.ts'
import { dropLeftovers, dropSnapshot, leftovers, snapshots } from '../../snapshot/index.ts'
import {
  madeForCache,
  type OwnDatabase,
  ownDatabase,
  purgeCache,
  purgeDatabase,
  type SiteServices,
  servicesOf,
  storedKeys,
  type Wired,
} from '../../wire/index.ts'
import { databaseFate, madeName } from './database-fate.ts'
import { eachNode } from './each-node.ts'
import type { Take } from './take.ts'
import { takeNamespaces } from './take-namespaces.ts'

/** What {@link purge} works with. */
export interface Purge {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  /** The CRDs that Sealift applied. */
  readonly crds: readonly KubernetesObject[]
  readonly namespaces: readonly string[]
  readonly host: SiteHost
  readonly take: Take
}

/**
 * Takes away what `remove` keeps, but Sealift's own namespace: CRDs, data, keys, namespaces, images. The keys go last
 * of the data, since they show that the data is Sealift's own. Gives what is left all the same.
 * @throws SealiftError CLUSTER_*, DATABASE_*, CACHE_*, LOAD_FAILED
 */
export async function purge({ bundle, site, wired, crds, namespaces, host, take }: Purge): Promise<string[]> {
  const { cluster, imagesFolder } = host
  const { database, dragonfly } = site
  const kept: string[] = []
  for (const { metadata } of crds)
    await take(`CRD ${metadata.name}`, () => cluster.delete(kinds.crd, metadata.name))
  const services = servicesOf(site, host, wired.infisical.namespace)
  const stored = await storedKeys(cluster, wired.infisical.namespace)
  const fate = databaseFate(site, stored)
  if (fate.dropped) {
    await takeKept(services, await ownDatabase(services, stored), take)
    await take(
      madeName(database),
      () => purgeDatabase(services, stored),
      reason => reason,
    )
  } else kept.push(fate.kept)
  if (stored !== undefined) {
    const cache = `Dragonfly's database ${dragonfly.database}`
    if (dragonfly.database === 0)
      kept.push("Infisical's keys in Dragonfly's database 0, which others may use too")
    else if (madeForCache(stored, site)) await take(cache, () => purgeCache(services))
    else kept.push(`${cache}: this site's keys were made for another one`)
  }
  kept.push(...(await takeNamespaces(namespaces, cluster, take)))
  if (site.load?.registry) kept.push(`what was pushed to ${site.load.registry.host}`)
  // Before the images: while they lie there, a start of K3s brings them back.
  const files = await imagesFolder.names().then(ownFiles, error => {
    if (!(error instanceof SealiftError) || error.code !== 'LOAD_FAILED') throw error
    kept.push(`what images-dir has put into K3s's folder, if anything: ${error.message}`)
    return []
  })
  if (files.length > 0)
    await take(`${files.join(', ')} in ${imagesFolder.path}`, async () => {
      for (const file of files) await imagesFolder.remove(file)
    })
  const images = await eachNode(host, (runtime, on) =>
    purgeImages({ bundle, wired, runtime, cluster, take, on }),
  )
  return [...kept, ...images]
}

/** Takes the databases that upgrades and restores have kept or left; where nobody may drop one, none was made. */
async function takeKept(services: SiteServices, own: OwnDatabase, take: Take): Promise<void> {
  const found = await whereMade(() => snapshots(services, own))
  for (const { database } of found)
    await take(`database ${database}, which an upgrade or a restore has kept`, () =>
      dropSnapshot(services, own, database),
    )
  const left = await whereMade(() => leftovers(services, own, scratchMarks))
  if (left.length > 0)
    await take(`database ${left.join(', ')}, which a killed rehearsal or restore has left`, () =>
      dropLeftovers(services, own, scratchMarks),
    )
}

async function whereMade<T>(look: () => Promise<T[]>): Promise<T[]> {
  return await look().catch(error => {
    if (error instanceof SealiftError && error.code === 'DATABASE_DENIED') return []
    throw error
  })
}

/**
 * Takes the images that installs have brought, of whatever version, and what killed loads have left; gives the images
 * that are left, with the reason.
 */
async function purgeImages({
  bundle,
  wired,
  runtime,
  cluster,
  take,
  on,
}: Pick<Purge, 'bundle' | 'wired' | 'take'> & {
  readonly runtime: Runtime
  /** Of which of several nodes it is. */
  readonly on: string
  readonly cluster: Cluster
}): Promise<string[]> {
  // A receipt may have been deleted since, and an older Sealift wrote no notes on images. Of several nodes only the notes
  // count: what a load brought to one may have been on another before.
  const there = await runtime.images()
  const noted = there.filter(image => image.brought)
  const recorded = on === '' ? await broughtImages(cluster) : []
  const named = [...(await namesOn(runtime, recorded)), ...noted.map(({ name }) => name)]
  const brought = [...new Set([...named, ...digestNames([...recorded, ...noted], there)])]
  const others = (await namesOn(runtime, bundle.lock.images)).filter(name => !brought.includes(name))
  const pods = await cluster.list(kinds.pod)
  const used = imagesOf(pods.filter(pod => isOthers(pod, wired)))
  // Before the images: it may hold their content and snapshots.
  if ((await runtime.leftovers()).length > 0)
    await take(`what killed loads have left${on}`, () => runtime.endLeftovers())
  const going = brought.filter(name => !used.has(name))
  if (going.length > 0) await take(`images${on}`, () => runtime.remove(going))
  return [
    ...brought.filter(name => used.has(name)).map(name => `image ${name}${on}: other pods use it`),
    ...others.map(name => `image ${name}${on}: no install is on record as having brought it`),
  ]
}

/** Whether a pod runs, and stays, and is of none of the releases: in a namespace that stays theirs may end later. */
function isOthers(pod: KubernetesObject, { spec }: Wired): boolean {
  const { metadata } = pod
  const release = metadata.labels?.['app.kubernetes.io/instance']
  const ours = spec.charts.some(chart => chart.release === release && chart.namespace === metadata.namespace)
  return !ours && !isTerminating(pod) && !hasEnded(pod)
}

/** All names of the images that pods run. */
function imagesOf(pods: readonly KubernetesObject[]): ReadonlySet<string> {
  const names = pods.flatMap(({ spec }) => {
    const { containers, initContainers, ephemeralContainers } = fieldsOf(spec)
    return [containers, initContainers, ephemeralContainers]
      .flatMap(mappingsOf)
      .map(container => parseReference(textsIn(container)['image'] ?? ''))
  })
  return new Set(names.flatMap(name => (name ? runtimeNames({ name: printReference(name) }) : [])))
}
