import type { Bundle } from '../../bundle/index.ts'
import { recordedImages } from '../../install/index.ts'
import { namesOn } from '../../load/index.ts'
import { type KubernetesObject, kinds, type SiteHost } from '../../ports/index.ts'
import type { Site } from '../../spec/index.ts'
import {
  isManaged,
  leaveNamespace,
  madeForCache,
  madeForDatabase,
  purgeCache,
  purgeDatabase,
  stays,
  storedKeys,
} from '../../wire/index.ts'
import { servicesOf } from './services.ts'
import type { Wired } from './wired.ts'

/** Does one named removal, as a step that people see. */
export type Take = (what: string, work: () => Promise<unknown>) => Promise<void>

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
  const { cluster, runtime } = host
  const { database, dragonfly } = site
  const kept: string[] = []
  for (const { metadata } of crds)
    await take(`CRD ${metadata.name}`, () => cluster.delete(kinds.crd, metadata.name))
  const services = servicesOf(site, host)
  const stored = await storedKeys(cluster, wired.infisical.namespace)
  if (stored !== undefined) {
    const made = `database ${database.name} and role ${database.user}`
    const cache = `Dragonfly's database ${dragonfly.database}`
    const others = "this site's keys were made for another one"
    if (!database.admin) kept.push('the database: the site brought it (database.uri)')
    else if (madeForDatabase(stored, database)) await take(made, () => purgeDatabase(services))
    else kept.push(`${made}: ${others}`)
    if (dragonfly.database === 0)
      kept.push("Infisical's keys in Dragonfly's database 0, which others may use too")
    else if (madeForCache(stored, site)) await take(cache, () => purgeCache(services))
    else kept.push(`${cache}: ${others}`)
  }
  for (const name of namespaces) {
    const namespace = await cluster.get(kinds.namespace, name)
    if (!isManaged(namespace)) continue
    if (stays(namespace)) {
      await take(`Sealift's own in namespace ${name}`, () => leaveNamespace(cluster, name))
      kept.push(`namespace ${name}: it was there before`)
    } else await take(`namespace ${name}`, () => cluster.delete(kinds.namespace, name))
  }
  // An older or newer bundle of the same name may have brought what is here.
  const carried = [...bundle.lock.images, ...(await recordedImages(cluster))]
  if (runtime) await take('images', async () => runtime.remove(await namesOn(runtime, carried)))
  else kept.push('the images: this machine is not the node')
  return kept
}
