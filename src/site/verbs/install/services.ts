import type { Bundle } from '../../../bundle/layout/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { type Done, haveOlderKeys } from '../../install/index.ts'
import {
  areStored,
  cacheConnections,
  databaseConnections,
  environmentOf,
  inspectCache,
  inspectDatabase,
  keysFor,
  madeForCache,
  ownDatabase,
  readyDatabase,
  refuseOthersDatabase,
  refusePlantedKeys,
  type SiteServices,
  serverMemory,
  servicesOf,
  siteUrl,
  siteVariables,
  storedKeys,
  storeKeys,
  type Wired,
} from '../../wire/index.ts'

// One pod of Infisical fits the budget; both counts allow for a second one while it is rolled out.
const replicas = 1

/**
 * Makes sure that PostgreSQL and Dragonfly fit, and that no keys are lost, before anything is changed.
 * @param takeOver lets keys that were made for one database go on with another one
 * @throws SealiftError DATABASE_*, CACHE_*, KEYS_LOST, FOREIGN_INSTALL, SITE_INVALID, CLUSTER_*
 */
export async function checkServices(
  site: Site,
  host: SiteHost,
  { infisical }: Wired,
  takeOver: boolean,
): Promise<string> {
  const services = servicesOf(site, host, infisical.namespace)
  await siteVariables(services.cluster, site)
  const { facts, stored } = await ownPlace(services, takeOver)
  const cache = await inspectCache(services, {
    connections: cacheConnections(replicas),
    empty: !madeForCache(stored, site),
  })
  const database = facts
    ? `PostgreSQL ${facts.version}`
    : 'PostgreSQL by CloudNativePG, which lets nobody look yet'
  return `${database}, ${cache.server === 'redis' ? 'Redis' : 'Dragonfly'} ${cache.version}`
}

/** The database and the keys that are this site's, or will be. Changes nothing. */
async function ownPlace(services: SiteServices, takeOver: boolean) {
  const { cluster, random, namespace } = services
  const stored = await storedKeys(cluster, namespace)
  const own = await ownDatabase(services, stored)
  const older = await haveOlderKeys(cluster, namespace)
  const { facts, state, role } = await inspectDatabase(services, own, databaseConnections(replicas))
  const data = state?.infisical ?? false
  const keys = await keysFor(cluster, random, namespace, data, state?.keysMark)
  if (!data) await refusePlantedKeys(cluster, namespace, older)
  const claim = { own, stored, role, data, namespace, older, keysMark: state?.keysMark, takeOver }
  await refuseOthersDatabase(services, claim)
  return { own, stored, facts, keys, state }
}

/** What {@link wireServices} works with. */
export interface Wiring {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  readonly host: SiteHost
  readonly talk: Talk
  readonly takeOver: boolean
  /** Called before the first change that an older bundle might not find its database after. */
  readonly begin: () => Promise<void>
}

/**
 * Makes role and database, and the Secret that Infisical's pod takes its environment from. The Secret is
 * stored first: a password or key that was used and then lost could never be found again.
 * @throws SealiftError DATABASE_*, KEYS_LOST, FOREIGN_INSTALL, CLUSTER_*
 */
export async function wireServices(wiring: Wiring, say: (detail: string) => void = () => {}): Promise<Done> {
  const { bundle, site, wired, host, talk, takeOver, begin } = wiring
  const { cluster } = host
  const { namespace, name: chart } = wired.infisical
  const services = servicesOf(site, host, namespace)
  const { own, keys, state } = await ownPlace(services, takeOver)
  const container = bundle.lock.budget.containers.find(share => share.chart === chart && !share.init)
  const { variables: memory, warning } = serverMemory(container?.memoryLimit, site.memory)
  if (warning !== undefined) talk.reporter.warn(warning)
  const environment = await environmentOf(services, own, { siteUrl: siteUrl(site, namespace), memory })
  const kept = { namespace, keys, environment }
  if (state === undefined || !(await areStored(cluster, kept))) await begin()
  const stored = await storeKeys(cluster, kept)

  const { reporter, signal } = talk
  const prepared = await readyDatabase(services, own, databaseConnections(replicas), {
    ...{ signal, progress: say },
    tell: (what, lines) => {
      reporter.warn(what)
      for (const line of lines) reporter.note(line)
    },
  })
  const { database, user } = own.parts
  const words = stored ? 'keys and connection stored' : 'keys and connection as they are'
  if (prepared === undefined) return { changed: stored, detail: `database ${database} as it is, ${words}` }
  const made = prepared.database !== 'unchanged' || prepared.role !== 'unchanged'
  return {
    changed: stored || made,
    detail: `database ${database} ${prepared.database}, role ${user} ${prepared.role}, ${words}`,
  }
}
