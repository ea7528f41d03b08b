import { SealiftError } from '../../kernel/errors/index.ts'
import type { Serving, SiteHost, Talk } from '../../kernel/ports/index.ts'
import { withSession } from '../../kernel/services/index.ts'
import { atRealPlace, type OwnDatabase, type RealPlace, type SiteServices } from '../wire/index.ts'
import { fitting, type Tools, toolsIn } from './tools.ts'
import { named } from './tools-pod.ts'
import { endToolsPods, withToolsPod } from './with-tools-pod.ts'

/** Infisical's database, and the services of the site that it is of. */
export interface Database {
  readonly services: SiteServices
  readonly own: OwnDatabase
}

/** The container of the server itself; nothing where it is no pod of the cluster. @throws SealiftError CLUSTER_* */
export async function servingAt(
  programs: Pick<SiteHost['programs'], 'behindService'>,
  { server, service }: Pick<RealPlace, 'server' | 'service'>,
): Promise<Serving | undefined> {
  return service && (await programs.behindService(service.namespace, service.service, server.port))
}

/** Version of the server that a login is for: `15.18`. @throws SealiftError DATABASE_* */
export async function serverVersion(
  database: SiteHost['database'],
  login: RealPlace['login'],
): Promise<string> {
  const [row] = await withSession(database, login, session =>
    session.query(`SELECT current_setting('server_version') AS version`),
  )
  // Debian and others say more than the number: 15.18 (Debian 15.18-0+deb12u1).
  return String(row?.['version']).split(' ')[0] ?? ''
}

/**
 * Does work at the server that has a database, with tools of PostgreSQL that know it: those of the container that the database's Service leads to, which
 * are of the server's own version; where there are none, or of another major, those of the image that the site file names, in
 * a pod that ends with the work. To be called under the lease.
 * @throws SealiftError BACKUP_FAILED where neither is to be had, DATABASE_*, CLUSTER_*, and what the work throws
 */
export async function withTools<T>(
  { services, own }: Database,
  host: SiteHost,
  talk: Talk,
  work: (tools: Tools, place: RealPlace) => Promise<T>,
): Promise<T> {
  return await atRealPlace(services, own, place =>
    atServer(place, services, host, talk, tools => work(tools, place)),
  )
}

async function atServer<T>(
  place: RealPlace,
  { site, namespace }: SiteServices,
  host: SiteHost,
  talk: Talk,
  work: (tools: Tools) => Promise<T>,
): Promise<T> {
  const { programs, database, clock } = host
  const { server, login } = place
  const image = site.database.tools
  const serving = await servingAt(programs, place)
  if (serving !== undefined) {
    const own = ofServer(serving, host, talk)
    if (image === undefined) return await work(own)
    const fault = await unfit(own, await serverVersion(database, login))
    if (fault === undefined) {
      await endToolsPods(host.cluster)
      return await work(own)
    }
    talk.reporter.note(`${fault.message}; those of ${named(image)} are used`)
  }
  if (image === undefined) throw nowhere(place)
  return await withToolsPod(
    { image, namespace, pulled: site.load?.registry !== undefined },
    host,
    talk,
    pod => {
      const { tls: sslmode, ca } = login
      const way = { host: seenFrom(place), port: server.port, sslmode, ...(ca === undefined ? {} : { ca }) }
      const runner = { programs, clock, signal: talk.signal }
      return work(toolsIn(runner, pod, way, { where: named(image), hints: hints.image }))
    },
  )
}

const hints = {
  own: [
    'the Service that database.host names must lead to PostgreSQL itself, not to a pooler, in an image that has the tools of its own version',
    'or name an image that has them in the site file: database.tools',
  ],
  image: ['name an image of the server’s own major version in the site file: database.tools'],
} as const

/**
 * The server's name in a pod of another namespace than Infisical's. A Service that is named alone would be looked for under
 * the node's own domains before Infisical's namespace, and whoever answers there would get the password; but a
 * certificate is for the name that the site file has, and nobody without it gets one.
 */
function seenFrom({ server, service, login }: Pick<RealPlace, 'server' | 'service' | 'login'>): string {
  if (service === undefined || server.host.includes('.') || login.tls === 'verify-full') return server.host
  return `${service.service}.${service.namespace}.svc`
}

function ofServer(
  serving: Serving,
  { programs, clock }: Pick<SiteHost, 'programs' | 'clock'>,
  { signal }: Pick<Talk, 'signal'>,
): Tools {
  const to = { host: 'localhost', port: serving.port, sslmode: 'prefer' } as const
  const where = `pod ${serving.namespace}/${serving.pod}`
  return toolsIn({ programs, clock, signal }, serving, to, { where, hints: hints.own })
}

/** Why a container's tools are not used; nothing where they fit. @throws SealiftError CLUSTER_* */
async function unfit(tools: Tools, server: string): Promise<SealiftError | undefined> {
  try {
    for (const tool of ['pg_dump', 'pg_restore'] as const) await fitting(tools, tool, server)
    return undefined
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'BACKUP_FAILED') return error
    throw error
  }
}

function nowhere({ server }: Pick<RealPlace, 'server'>): SealiftError {
  return new SealiftError(
    'BACKUP_FAILED',
    `PostgreSQL at ${server.host}:${server.port} is no pod of this cluster: its own pg_dump cannot be run there`,
    {
      hints: [
        'carry an image of its major version in the bundle (images in bundle.yaml), and name it in the site file: database.tools',
        'or back it up where it runs (pg_dump -Fc, of its own major version), and keep an escrow of the keys: sealift keys escrow',
      ],
    },
  )
}
