import type { Endpoint, Forward } from '../../kernel/ports/index.ts'
import { type From, reachServer } from '../../kernel/services/index.ts'

export { serviceAt } from '../../kernel/services/index.ts'

/** The site's two servers by their fields in the site file, as errors name them. */
const servers = {
  database: { name: 'PostgreSQL', code: 'DATABASE_UNREACHABLE', field: 'database in the site file' },
  dragonfly: { name: 'Dragonfly', code: 'CACHE_UNREACHABLE', field: 'dragonfly in the site file' },
} as const

/**
 * A way to a host that is named as Infisical's pods see it. The caller closes it.
 * @throws SealiftError DATABASE_UNREACHABLE or CACHE_UNREACHABLE, CLUSTER_UNREACHABLE, CLUSTER_DENIED
 */
export async function reach(from: From, server: keyof typeof servers, place: Endpoint): Promise<Forward> {
  return await reachServer(from, servers[server], place)
}

/** The same for as long as `work` takes. */
export async function through<T>(
  from: From,
  server: keyof typeof servers,
  place: Endpoint,
  work: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const forward = await reach(from, server, place)
  try {
    return await work({ host: forward.host, port: forward.port })
  } finally {
    await forward.close()
  }
}
