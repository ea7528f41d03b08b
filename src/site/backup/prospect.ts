import type { Bundle } from '../../bundle/layout/index.ts'
import { fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
import { carriedName } from '../../kernel/oci/index.ts'
import { type Cluster, kinds, type SiteHost } from '../../kernel/ports/index.ts'
import type { Finding } from '../compatibility/index.ts'
import { atRealPlace } from '../wire/index.ts'
import { carriedTools, taggedMajor } from './carried-tools.ts'
import { named } from './tools-pod.ts'
import { type Database, serverVersion, servingAt } from './with-tools.ts'

const id = 'archive-tools'
const without =
  'or go on without archives: sealift upgrade --no-backup, and keep an escrow of the keys (sealift keys escrow)'

/**
 * Whether an archive can be taken of a site once it has a bundle, as far as that shows without running anything: whether
 * PostgreSQL is a pod, else whether an image has its tools, and of the server's major. Changes nothing.
 * @param version the server's: `17.5`; nothing where nobody may ask it yet
 * @throws SealiftError DATABASE_*, SITE_INVALID, BUNDLE_DAMAGED, CLUSTER_*
 */
export async function archiveProspect(
  { services, own }: Database,
  { cluster, programs }: Pick<SiteHost, 'cluster' | 'programs'>,
  bundle: Pick<Bundle, 'images' | 'has' | 'read'>,
  version: string | undefined,
): Promise<Finding> {
  const image = services.site.database.tools
  return await atRealPlace(services, own, async place => {
    const { server } = place
    const serving = await servingAt(programs, place)
    if (serving !== undefined) {
      const other = image === undefined ? '' : `, and ${named(image)} where it has none that fits`
      return yes(`pod ${serving.namespace}/${serving.pod} is asked for its own pg_dump${other}`)
    }
    const at = `PostgreSQL at ${server.host}:${server.port} is no pod of this cluster`
    if (image === undefined)
      return doubt(
        `${at}, and the site file names no image with its tools (database.tools): no archive can be taken, and an upgrade wants --no-backup`,
        `carry an image of its major version in the bundle (images in bundle.yaml), and name it: database.tools; ${without}`,
      )
    const carried = await carriedTools(bundle, image)
    if (carried === undefined && !(await isOnNode(cluster, image)))
      return doubt(
        `${at}, and neither the bundle nor a node is seen to have ${named(image)}: no archive can be taken, and an upgrade wants --no-backup`,
        `name it under images in bundle.yaml, or bring it to the nodes: k3s ctr images import FILE; ${without}`,
      )
    const major = carried === undefined ? taggedMajor(image) : carried.major
    const wantedMajor = version === undefined ? undefined : Number.parseInt(version, 10)
    if (major !== undefined && wantedMajor !== undefined && major !== wantedMajor)
      return doubt(
        `${named(image)} is of PostgreSQL ${major}, and the server of ${version}: what one writes the other does not take back`,
        `carry and name an image of PostgreSQL ${wantedMajor}; ${without}`,
      )
    return yes(`pg_dump is that of ${named(image)}, which ${carried ? 'the bundle carries' : 'a node has'}`)
  })
}

/** The same of a site that is installed, whose server can be asked. */
export async function installedProspect(
  database: Database,
  host: Pick<SiteHost, 'cluster' | 'programs' | 'database'>,
  bundle: Pick<Bundle, 'images' | 'has' | 'read'>,
): Promise<Finding> {
  const { services, own } = database
  const version = await atRealPlace(services, own, ({ login }) => serverVersion(host.database, login))
  return await archiveProspect(database, host, bundle, version)
}

const yes = (seen: string): Finding => ({ id, ok: 'yes', seen })
const doubt = (seen: string, hint: string): Finding => ({ id, ok: 'doubt', seen, hint })

/** Whether a node tells that it has an image; each tells fifty at most (kubelet, nodeStatusMaxImages). */
async function isOnNode(cluster: Pick<Cluster, 'list'>, image: string): Promise<boolean> {
  const wanted = new Set([image, carriedName(image)])
  return (await cluster.list(kinds.node))
    .flatMap(({ status }) => mappingsOf(fieldsOf(status)['images']))
    .some(({ names }) => Array.isArray(names) && names.some(name => wanted.has(name)))
}
