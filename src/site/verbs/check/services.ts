import { keysSecretName } from '../../../kernel/access/index.ts'
import type { Site } from '../../../kernel/inputs/index.ts'
import type { Endpoint, SiteHost } from '../../../kernel/ports/index.ts'
import { judgeCa, judgeCache, judgeDatabase, type Verdict } from '../../check/index.ts'
import {
  askCache,
  askDatabase,
  cacheServer,
  databaseCa,
  databaseConnections,
  databaseServer,
  podAddresses,
  servicesOf,
  storedKeys,
} from '../../wire/index.ts'
import { allLooked, looked } from './looked.ts'

/**
 * Asks PostgreSQL and Dragonfly as Infisical's pods do, with what they have in their environment; `namespace` is
 * Infisical's. @throws SealiftError CLUSTER_UNREACHABLE, INTERRUPTED
 */
export async function askServices(
  site: Site,
  namespace: string | undefined,
  host: SiteHost,
): Promise<readonly Verdict[]> {
  return await looked(`secret/${keysSecretName}`, async () => {
    // Whether the keys are lost, or two that differ: an error then.
    if (namespace !== undefined) await storedKeys(host.cluster, namespace)
    const {
      databaseUri,
      databaseCa: copied,
      cacheUrl,
    } = namespace === undefined ? {} : await podAddresses(host.cluster, namespace)
    const services = { ...host, namespace: namespace ?? '' }
    const database = databaseUri && hostOf(() => databaseServer(databaseUri))
    const cache = cacheUrl && hostOf(() => cacheServer(cacheUrl))
    return await allLooked([
      looked(`postgresql/${database ?? site.database.host}`, async id => {
        if (databaseUri === undefined) return unknownTo(id, 'DB_CONNECTION_URI')
        return judgeDatabase(id, await askDatabase(services, databaseUri, copied), databaseConnections(1))
      }),
      lookAtCa(copied, site, namespace, host),
      looked(`dragonfly/${cache ?? site.dragonfly.host}`, async id => {
        if (cacheUrl === undefined) return unknownTo(id, 'REDIS_URL')
        return judgeCache(id, await askCache(services, cacheUrl))
      }),
    ])
  })
}

/** Whether the CA that the pods have is the site's; nothing where they have none, and none is wanted. */
async function lookAtCa(
  copied: string | undefined,
  site: Site,
  namespace: string | undefined,
  host: SiteHost,
): Promise<readonly Verdict[]> {
  if (copied === undefined || namespace === undefined) return []
  return await looked('postgresql/ca', async id => {
    const own = await databaseCa(servicesOf(site, host, namespace))
    if (own !== undefined) return judgeCa(id, { copied, own }, host.clock.now())
    return { id, ok: true, message: 'Infisical’s pods have one, and the site file wants none any more' }
  })
}

/** The host that the pods have; nothing where their address cannot be read, which is said when it is asked. */
function hostOf(server: () => Endpoint): string | undefined {
  try {
    return server().host
  } catch {
    return undefined
  }
}

function unknownTo(id: string, key: string): Verdict {
  return {
    id,
    ok: false,
    message: `Infisical's pods do not know it: Secret ${keysSecretName} with ${key} is not there`,
    hint: `run sealift install again: it puts the Secret back from its copy; without one, from their escrow (sealift keys restore) or your backup`,
  }
}
