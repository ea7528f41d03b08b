import { SealiftError } from '../../../kernel/errors/index.ts'
import type { SecretRef } from '../../../kernel/fields/index.ts'
import { isOperated } from '../../../kernel/inputs/index.ts'
import { type Cluster, type Endpoint, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { serviceAt } from '../reach.ts'
import type { SiteServices } from '../services.ts'

/** A PostgreSQL that CloudNativePG runs, and what its operator can do. */
export interface OperatedCluster {
  /** Namespace of the Cluster, and of all that is said to its operator. */
  readonly namespace: string
  readonly name: string
  /** Where its primary is: a pooler lets in only whom PostgreSQL knows already. */
  readonly primary: Endpoint
  /** Whether the site's host is a pooler (PgBouncer) before it. */
  readonly pooled: boolean
  /** The CA (PEM) that signs its server's certificate. */
  readonly ca: SecretRef
  /** Kinds that the operator knows: `DatabaseRole` since 1.30, `Database` since 1.25. */
  readonly knows: { readonly role: boolean; readonly database: boolean }
  /** Roles that the Cluster itself manages (`spec.managed.roles`). */
  readonly inline: readonly InlineRole[]
  /** Role and database that the Cluster was made with, which are an application's. */
  readonly first: { readonly role?: string; readonly database?: string }
  /** Secret of that role's login, by which anybody who may read it can look at the server. */
  readonly firstLogin: string
}

/** An entry of `spec.managed.roles`. */
export interface InlineRole {
  readonly name: string
  readonly ensure?: string
  readonly passwordSecret?: { readonly name?: string }
}

// Fields of postgresql.cnpg.io/v1 Cluster, https://cloudnative-pg.io/documentation/1.30/cloudnative-pg.v1/
interface ClusterSpec {
  readonly managed?: { readonly roles?: readonly InlineRole[] }
  readonly certificates?: { readonly serverCASecret?: string }
  readonly bootstrap?: {
    readonly initdb?: {
      readonly owner?: string
      readonly database?: string
      readonly secret?: { readonly name?: string }
    }
  }
}

interface ClusterStatus {
  readonly certificates?: { readonly serverCASecret?: string }
}

/** Label by which the operator marks a Service of a Cluster, and a pooler's as well, which has another one too. */
const clusterLabel = 'cnpg.io/cluster'
const poolerLabel = 'cnpg.io/poolerName'

/**
 * The operated cluster that the site file's host leads to; `undefined` where the site names an administrator or a URI.
 * @throws SealiftError SITE_INVALID where the host is no Service of CloudNativePG that leads to the primary, CLUSTER_*
 */
export async function operatedBy({
  cluster,
  namespace: own,
  site,
}: Pick<SiteServices, 'cluster' | 'namespace' | 'site'>): Promise<OperatedCluster | undefined> {
  const { database } = site
  if (!isOperated(database)) return undefined
  const { host, port } = database
  const found = await serviceAt({ cluster, namespace: own }, host)
  const service = found && (await cluster.get(kinds.service, found.service, found.namespace))
  const name = service?.metadata.labels?.[clusterLabel]
  if (found === undefined || name === undefined) throw notOperated(host, service)
  refuseReadOnly(host, name, service)
  const { namespace } = found
  const object = await cluster.get(kinds.cnpgCluster, name, namespace)
  if (object === undefined)
    throw new SealiftError(
      'SITE_INVALID',
      `database.host: ${host} is a Service of CloudNativePG's Cluster ${namespace}/${name}, which is not there`,
      { hints: ['Name a Service of a Cluster that is there, or an administrator under database.admin.'] },
    )
  const pooled = service?.metadata.labels?.[poolerLabel] !== undefined
  const primary = pooled ? { host: `${name}-rw.${namespace}.svc`, port: 5432 } : { host, port }
  const knows = await known(cluster)
  return { namespace, name, primary, pooled, ...described(object, name, namespace), knows }
}

/** Whether the site's host is a Service of CloudNativePG, whoever makes role and database there. @throws SealiftError CLUSTER_* */
export async function runsAtHost({
  cluster,
  namespace: own,
  site,
}: Pick<SiteServices, 'cluster' | 'namespace' | 'site'>): Promise<boolean> {
  const found = await serviceAt({ cluster, namespace: own }, site.database.host)
  const service = found && (await cluster.get(kinds.service, found.service, found.namespace))
  return service?.metadata.labels?.[clusterLabel] !== undefined
}

function described({ spec, status }: KubernetesObject, name: string, namespace: string) {
  const { managed, certificates, bootstrap } = (spec ?? {}) as ClusterSpec
  const { certificates: used } = (status ?? {}) as ClusterStatus
  const { owner, database, secret } = bootstrap?.initdb ?? {}
  const ca = used?.serverCASecret ?? certificates?.serverCASecret ?? `${name}-ca`
  return {
    ca: { namespace, name: ca, key: 'ca.crt' },
    inline: managed?.roles ?? [],
    // A database without a name is called as its owner.
    first: { ...(owner && { role: owner }), ...((database ?? owner) && { database: database ?? owner }) },
    firstLogin: secret?.name ?? `${name}-app`,
  }
}

async function known(cluster: Cluster): Promise<OperatedCluster['knows']> {
  const served = async (plural: string) =>
    (await cluster.get(kinds.crd, `${plural}.postgresql.cnpg.io`)) !== undefined
  return { role: await served('databaseroles'), database: await served('databases') }
}

function notOperated(host: string, service: KubernetesObject | undefined): SealiftError {
  const what = service === undefined ? 'no Service in the cluster' : `a Service without label ${clusterLabel}`
  return new SealiftError(
    'SITE_INVALID',
    `database names neither admin nor uri, and its host ${host} is ${what}: nobody is known who makes role and database`,
    {
      hints: [
        'Where CloudNativePG runs PostgreSQL, name the Service of its primary, CLUSTER-rw.NAMESPACE.svc.',
        'Elsewhere, name an administrator under database.admin, or a database that is ready under database.uri.',
      ],
    },
  )
}

/** `-ro` and `-r` bear the same label, and lead to what nobody can write to. */
function refuseReadOnly(host: string, name: string, service: KubernetesObject | undefined): void {
  const { selector = {} } = (service?.['spec'] ?? {}) as { selector?: Readonly<Record<string, string>> }
  const [role, pod] = [selector['cnpg.io/instanceRole'], selector['cnpg.io/podRole']]
  if ((role === undefined || role === 'primary') && pod === undefined) return
  throw new SealiftError(
    'SITE_INVALID',
    `database.host: ${host} leads to replicas of CloudNativePG's Cluster ${name}, which only read`,
    { hints: [`Name the Service of its primary, ${name}-rw.`] },
  )
}
