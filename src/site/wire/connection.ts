import { SealiftError } from '../../kernel/errors/index.ts'
import type { SecretRef } from '../../kernel/fields/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import {
  type CacheLogin,
  type Cluster,
  type DatabaseLogin,
  type Endpoint,
  Secret,
} from '../../kernel/ports/index.ts'
import { type DatabaseUri, parseDatabaseUri, sslmodeOf, tlsOf } from './database-uri.ts'
import { readSecret } from './secrets.ts'
import { bare, bracket, decoded } from './uri-parts.ts'

/** What a site says about the database, with the certificate it points at. */
export interface DatabasePlace {
  readonly tls: DatabaseLogin['tls']
  readonly ca?: string
  readonly serverName: string
}

/** The cache's URL for Infisical: `redis[s]://:password@host:port/number`. */
export function cacheUrl({ dragonfly }: Site, password: Secret | undefined): Secret {
  const { tls, host, port, database } = dragonfly
  const login = password === undefined ? '' : `:${encodeURIComponent(password.reveal())}@`
  return new Secret(`${tls ? 'rediss' : 'redis'}://${login}${bracket(host)}:${port}/${database}`)
}

/**
 * Takes a cache's URL apart, as {@link cacheUrl} makes it; `where` names its place for the message.
 * @throws SealiftError SITE_INVALID without the URL's text in it
 */
export function parseCacheUrl(url: Secret, where: string): CacheLogin & { readonly database: number } {
  const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined
  const database = Number(parsed?.pathname.slice(1) || 0)
  const [username, password] = [parsed?.username, parsed?.password].map(part => decoded(part))
  if (
    !parsed?.hostname ||
    !/^rediss?:$/.test(parsed.protocol) ||
    !Number.isSafeInteger(database) ||
    username === undefined ||
    password === undefined
  )
    throw new SealiftError('SITE_INVALID', `${where} is not redis://:PASSWORD@HOST:PORT/NUMBER`)
  return {
    host: bare(parsed.hostname),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    database,
    tls: parsed.protocol === 'rediss:',
    ...(username === '' ? {} : { user: username }),
    ...(password === '' ? {} : { password: new Secret(password) }),
  }
}

/**
 * TLS of the site's database, the CA for verify-full read from the cluster; `known` is where it lies unless the site
 * file says so. @throws SealiftError SITE_INVALID
 */
export async function databasePlace(
  cluster: Cluster,
  { database }: Site,
  known?: SecretRef,
): Promise<DatabasePlace> {
  const { tls, ca = known, host } = database
  if (ca === undefined || tls !== 'verify-full') return { tls, serverName: host }
  return { tls, serverName: host, ca: (await readSecret(cluster, ca, 'database.ca')).reveal() }
}

/**
 * The administrator's login as the site file names it; `undefined` where it names a URI instead.
 * `endpoint` is where this process reaches the server. @throws SealiftError SITE_INVALID
 */
export async function adminLogin(
  cluster: Cluster,
  site: Site,
  endpoint: Endpoint,
): Promise<DatabaseLogin | undefined> {
  const { admin } = site.database
  if (admin === undefined) return undefined
  const read = (key: string) => readSecret(cluster, { ...admin, key }, 'database.admin')
  const user = (await read(admin.usernameKey)).reveal().trim()
  const password = new Secret((await read(admin.passwordKey)).reveal().trim())
  const place = await databasePlace(cluster, site)
  return { ...endpoint, ...place, user, password, database: 'postgres', catalogOnly: true }
}

/**
 * How Infisical's pod connects with a URI for it, and with the CA (PEM) that it has as DB_ROOT_CERT; `where` names the
 * URI's place for the message. @throws SealiftError SITE_INVALID
 */
export function podLogin(
  uri: Secret,
  rootCert: string | undefined,
  where: string,
): { readonly parts: DatabaseUri; readonly place: DatabasePlace } {
  const tls = tlsOf(sslmodeOf(uri, where), rootCert !== undefined)
  const parts = parseDatabaseUri(uri, where)
  const ca = tls === 'verify-full' && rootCert !== undefined ? { ca: rootCert } : {}
  return { parts, place: { tls, serverName: parts.host, ...ca } }
}

/** How to open the cache as the site file says. @throws SealiftError SITE_INVALID */
export async function cacheLogin(cluster: Cluster, site: Site, endpoint: Endpoint): Promise<CacheLogin> {
  const { host: serverName, tls, password } = site.dragonfly
  if (password === undefined) return { ...endpoint, tls, serverName }
  const value = await readSecret(cluster, password, 'dragonfly.password')
  return { ...endpoint, tls, serverName, password: new Secret(value.reveal().trim()) }
}
