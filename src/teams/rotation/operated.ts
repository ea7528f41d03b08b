import { readValues } from '../../kernel/access/index.ts'
import type { Site } from '../../kernel/inputs/index.ts'
import { fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
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
  const own = await serviceAt(from, site.database.host)
  const place = (found: typeof at, name: string) =>
    found ? `${found.service}.${found.namespace}` : name.toLowerCase()
  const sameServer = place(at, host) === place(own, site.database.host) && port === site.database.port
  if (sameServer && site.database.uri === undefined && site.database.user === role)
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

/** What says that the operator keeps a role's password. */
async function keeperOf(
  cluster: Cluster,
  namespace: string,
  name: string,
  role: string,
): Promise<string | undefined> {
  const { managed, bootstrap } = fieldsOf((await cluster.get(kinds.cnpgCluster, name, namespace))?.['spec'])
  const inline = mappingsOf(fieldsOf(managed)['roles'])
  if (inline.some(entry => entry['name'] === role && entry['passwordSecret'] !== undefined))
    return `spec.managed.roles of Cluster ${namespace}/${name}`
  for (const object of await cluster.list(kinds.cnpgRole, namespace)) {
    const { name: named, cluster: of, passwordSecret } = fieldsOf(object['spec'])
    if (named === role && fieldsOf(of)['name'] === name && passwordSecret !== undefined)
      return `DatabaseRole ${namespace}/${object.metadata.name}`
  }
  // The application that a Cluster was made with has its login in a Secret, which the operator holds the role to.
  const { secret } = fieldsOf(fieldsOf(bootstrap)['initdb'])
  const first =
    typeof fieldsOf(secret)['name'] === 'string' ? String(fieldsOf(secret)['name']) : `${name}-app`
  const login = await readValues(cluster, namespace, first)
  return login?.values.get('username')?.reveal() === role ? `Secret ${namespace}/${first}` : undefined
}
