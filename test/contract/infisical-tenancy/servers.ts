/** A stand-in that was set up, with a watcher before it, for the contract of tenancies. */
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { type InfisicalSession, Secret } from '../../../src/kernel/ports/index.ts'
import { newKeys, startStandIn } from '../../support/infisical/process.ts'
import { startPostgres, startRedis } from '../../support/services.ts'
import { systemClock } from '../infisical-client/system.ts'
import { type Watched, type Watching, watching } from '../infisical-client/watched.ts'

/** The password of the admin whose address is admin@site.local. */
export const adminPassword = 'Correct-Horse-9-Battery'

/** What a test of the adapter needs. */
export interface TenancyServers {
  readonly session: InfisicalSession
  readonly watched: Watched
  /** Keys that it was started with. */
  readonly keys: Readonly<Record<string, string>>
  /** Starts the server again with more in its environment, at the same address. */
  again(more: Readonly<Record<string, string>>): Promise<void>
  /** What the stand-in has printed. */
  output(): string
  stop(): Promise<void>
}

/** Starts a server of organisation `openova`, and logs its admin in. */
export async function startServers(
  how: Watching & { readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<TenancyServers> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const uri = await postgres.createDatabase('infisical')
  const urls = { DB_CONNECTION_URI: uri, REDIS_URL: redis.url(), SITE_URL: 'http://infisical.test' }
  const keys = newKeys()
  const environment = { ...keys, ...urls, ...how.environment }
  let standIn = await startReady(environment)
  const watched = await watching(standIn.url, how)
  const infisical = createInfisical({ baseUrl: watched.url, clock: systemClock })
  const [email, password] = ['admin@site.local', new Secret(adminPassword)]
  const { organizationId } = await infisical.bootstrap(email, password, 'openova')
  const session = await infisical.login(email, password, organizationId)
  watched.seen.length = 0
  const stop = async () => {
    await watched.stop()
    await standIn.stop()
    await Promise.all([postgres.stop(), redis.stop()])
  }
  const again = async (more: Readonly<Record<string, string>>) => {
    await standIn.stop()
    standIn = await startReady({ ...environment, ...more })
    watched.moveTo(standIn.url)
  }
  return { session, watched, keys, again, output: () => standIn.output(), stop }
}

/** Starts a server and waits for it; once more where another program took the free port before it did. */
async function startReady(environment: Readonly<Record<string, string>>) {
  for (let tries = 1; ; tries++) {
    const standIn = await startStandIn(environment)
    try {
      await standIn.ready()
      return standIn
    } catch (error) {
      if (!standIn.output().includes('EADDRINUSE') || tries === 3) throw error
    }
  }
}
