import { readValues } from '../../kernel/access/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { fieldsOf, type Mapping, mappingsOf } from '../../kernel/objects/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { type From, serviceAt } from '../../kernel/services/index.ts'
import { refusal } from './refusal.ts'
import type { WantedRotation } from './wanted.ts'

/** Label by which CloudNativePG marks Services of a Cluster. */
const clusterLabel = 'cnpg.io/cluster'

/**
 * Refuses roles whose password somebody else keeps: CloudNativePG would set its own again, and Infisical's role is
 * changed with its pods. @throws SealiftError TENANCY_UNMET, CLUSTER_*
 */
export async function refuseOthers(
  from: From,
  site: Site,
  wanted: WantedRotation,
  role: string,
): Promise<void> {
  const { host, port } = wanted.database
  const at = await serviceAt(from, host)
  const place = (found: typeof at, name: string) =>
    found ? `${found.service}.${found.namespace}` : name.toLowerCase()
  const infisical = await ownLogin(from.cluster, site)
  const own = await serviceAt(from, infisical.host)
  const sameServer = place(at, host) === place(own, infisical.host) && port === infisical.port
  if (sameServer && infisical.user === role)
    throw refusal(`role ${role} is Infisical's own`, 'sealift rotate database gives it another password')
  const service = at && (await from.cluster.get(kinds.service, at.service, at.namespace))
  const name = service?.metadata.labels?.[clusterLabel]
  if (at === undefined || name === undefined) return
  const keeper = await keeperOf(from.cluster, at.namespace, name, role)
  if (keeper !== undefined)
    throw refusal(
      `CloudNativePG keeps the password of role ${role}, as ${keeper} says, and would set it again`,
      'change it in the Secret that is named there, or have another role for this application',
    )
}

/** Where Infisical logs in, and as whom: a URI of the site file says both by itself. */
async function ownLogin(
  cluster: Cluster,
  { database: { uri, host, port, user } }: Site,
): Promise<{ readonly host: string; readonly port: number; readonly user: string }> {
  if (uri === undefined) return { host, port, user }
  const text = (await readValues(cluster, uri.namespace, uri.name))?.values.get(uri.key)?.reveal().trim()
  const url = URL.parse(text ?? '')
  // An install refuses what is none: there is no such role then that pods could be using.
  if (url === null) return { host: '', port: 0, user: '' }
  const name = url.hostname.replace(/^\[|\]$/g, '')
  return { host: name, port: Number(url.port || 5432), user: decoded(url.username) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What says that the operator keeps a role's password. */
async function keeperOf(
  cluster: Cluster,
  namespace: string,
  name: string,
  role: string,
): Promise<string | undefined> {
  const { managed, bootstrap } = fieldsOf((await cluster.get(kinds.cnpgCluster, name, namespace))?.['spec'])
  const inline = mappingsOf(fieldsOf(managed)['roles'])
  if (inline.some(entry => entry['name'] === role && isKept(entry)))
    return `spec.managed.roles of Cluster ${namespace}/${name}`
  for (const object of await cluster.list(kinds.cnpgRole, namespace)) {
    const spec = fieldsOf(object['spec'])
    if (spec['name'] === role && fieldsOf(spec['cluster'])['name'] === name && isKept(spec))
      return `DatabaseRole ${namespace}/${object.metadata.name}`
  }
  // The application that a Cluster was made with has its login in a Secret, which the operator holds the role to.
  const named = ['initdb', 'recovery', 'pg_basebackup']
    .map(way => fieldsOf(fieldsOf(fieldsOf(bootstrap)[way])['secret'])['name'])
    .find(found => typeof found === 'string')
  const first = typeof named === 'string' ? named : `${name}-app`
  const login = await readValues(cluster, namespace, first)
  return login?.values.get('username')?.reveal() === role ? `Secret ${namespace}/${first}` : undefined
}

/** Whether an entry has the operator set the role's password, or take it away. */
function isKept({ passwordSecret, disablePassword }: Mapping): boolean {
  return passwordSecret !== undefined || disablePassword === true
}
