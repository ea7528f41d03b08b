import { isManaged, siteOf, systemNamespace } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
import { installedBundle } from './receipt.ts'

/**
 * Makes sure that no one else's work is in the namespaces of this bundle. A namespace is ours when it carries
 * our label; an empty one may be adopted.
 * @throws SealiftError FOREIGN_INSTALL that lists everything found
 */
export async function refuseForeign(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  const found: string[] = []
  for (const name of namespaces) {
    if (isManaged(await cluster.get(kinds.namespace, name))) continue
    for (const { metadata } of await cluster.list(kinds.deployment, name))
      found.push(`Deployment ${metadata.name} in namespace ${name}`)
    const releases = await cluster.list(kinds.secret, name, 'owner=helm')
    for (const release of new Set(
      releases.map(({ metadata }) => metadata.labels?.['name'] ?? metadata.name),
    )) {
      found.push(`Helm release ${release} in namespace ${name}`)
    }
  }
  refuse(found)
}

/**
 * Makes sure that nobody else made the namespace for Sealift's own records: whoever did may read them, or have laid
 * an admin's password there. @throws SealiftError FOREIGN_INSTALL
 */
export async function refuseForeignRecords(cluster: Cluster): Promise<void> {
  const found = await cluster.get(kinds.namespace, systemNamespace)
  if (found === undefined || isManaged(found)) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `namespace ${systemNamespace} is there already, and Sealift did not make it`,
    { hints: ['Sealift keeps the admin’s login in it: delete it, if nobody needs what is in it'] },
  )
}

/**
 * The site that a cluster is, by the file of the last install that changed data here, else by the mark of Sealift's
 * namespaces; nothing where nobody has begun one. @throws SealiftError CLUSTER_*
 */
export async function recordedSite(
  cluster: Cluster,
  namespaces: readonly string[],
): Promise<string | undefined> {
  const installed = await installedBundle(cluster)
  if (installed?.site !== undefined) return installed.site
  for (const name of [systemNamespace, ...namespaces]) {
    const site = siteOf(await cluster.get(kinds.namespace, name))
    if (site !== undefined) return site
  }
  return undefined
}

/**
 * Makes sure that no other External Secrets Operator serves this cluster: two would fight over every store.
 * @throws SealiftError FOREIGN_INSTALL
 */
export async function refuseOtherOperator(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  const operators = await cluster.list(kinds.deployment, undefined, 'app.kubernetes.io/name=external-secrets')
  const others = operators.filter(({ metadata }) => !namespaces.includes(metadata.namespace ?? ''))
  refuse(
    others.map(
      ({ metadata }) =>
        `External Secrets Operator (Deployment ${metadata.name}) in namespace ${metadata.namespace}`,
    ),
  )
}

function refuse(found: readonly string[]): void {
  if (found.length === 0) return
  throw new SealiftError('FOREIGN_INSTALL', 'this cluster has an installation that Sealift did not make', {
    faults: found,
    hints: [
      'remove it, or choose other namespaces in the bundle spec; Sealift changes nothing that it did not make',
    ],
  })
}
