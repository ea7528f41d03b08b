import type { Bundle } from '../../../bundle/layout/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { ownPlace } from '../../gate/index.ts'
import type { Done } from '../../install/index.ts'
import {
  areStored,
  databaseConnections,
  environmentOf,
  readyDatabase,
  serverMemory,
  servicesOf,
  siteUrl,
  storeKeys,
  type Wired,
} from '../../wire/index.ts'

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
 * What is to lie in the Secrets of keys and environment, and the database that they are for. Changes nothing.
 * @throws SealiftError DATABASE_*, KEYS_LOST, FOREIGN_INSTALL, SITE_INVALID, CLUSTER_*
 */
export async function wantedSecrets({ bundle, site, wired, host, takeOver }: Omit<Wiring, 'begin' | 'talk'>) {
  const { namespace, name: chart } = wired.infisical
  const services = servicesOf(site, host, namespace)
  const { own, keys, state } = await ownPlace(services, takeOver)
  const container = bundle.lock.budget.containers.find(share => share.chart === chart && !share.init)
  const { variables: memory, warning } = serverMemory(container?.memoryLimit, site.memory)
  const environment = await environmentOf(services, own, { siteUrl: siteUrl(site, namespace), memory })
  return { services, own, state, warning, kept: { namespace, keys, environment } }
}

/**
 * Makes role and database, and the Secret that Infisical's pod takes its environment from. The Secret is
 * stored first: a password or key that was used and then lost could never be found again.
 * @throws SealiftError DATABASE_*, KEYS_LOST, FOREIGN_INSTALL, CLUSTER_*
 */
export async function wireServices(wiring: Wiring, say: (detail: string) => void = () => {}): Promise<Done> {
  const { talk, begin } = wiring
  const { cluster } = wiring.host
  const { services, own, state, warning, kept } = await wantedSecrets(wiring)
  if (warning !== undefined) talk.reporter.warn(warning)
  if (state === undefined || !(await areStored(cluster, kept))) await begin()
  const stored = await storeKeys(cluster, kept)

  const { reporter, signal } = talk
  const prepared = await readyDatabase(services, own, databaseConnections(1), {
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
