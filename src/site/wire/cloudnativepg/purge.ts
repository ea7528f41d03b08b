import { siteOf } from '../../../kernel/access/index.ts'
import { printable, SealiftError } from '../../../kernel/errors/index.ts'
import { type Cluster, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'
import { isInline } from './claim.ts'
import type { OperatedCluster } from './operated.ts'
import { databaseObject, objectNames, roleObject, type Target } from './wanted.ts'

// A drop that was refused, for a session that is still open, is tried again every 30 s.
const timeoutSeconds = 150

/**
 * Has the operator drop the database, with its object; where there is no object nothing is dropped. Gives why it stays,
 * if it does.
 * @throws SealiftError DATABASE_UNFIT with the operator's words where it does not let go, CLUSTER_*
 */
export async function takeDatabase(
  cluster: Cluster,
  at: OperatedCluster,
  target: Target,
): Promise<string | undefined> {
  const wanted = databaseObject(at, target)
  return await take(cluster, { ...wanted, spec: { ...specOf(wanted), databaseReclaimPolicy: 'delete' } })
}

/** The same with the role, and its Secret. */
export async function takeRole(
  cluster: Cluster,
  at: OperatedCluster,
  target: Target,
): Promise<string | undefined> {
  if (isInline(at, target))
    return `role ${target.user} is in spec.managed.roles of Cluster ${at.namespace}/${at.name}: take it out there`
  const wanted = roleObject(at, target)
  const kept = await take(cluster, {
    ...wanted,
    spec: { ...specOf(wanted), databaseRoleReclaimPolicy: 'delete' },
  })
  const { secret } = objectNames(at, target)
  if (siteOf(await cluster.get(kinds.secret, secret, at.namespace)) === target.site)
    await cluster.delete(kinds.secret, secret, at.namespace)
  return kept
}

const specOf = (object: KubernetesObject) => object['spec'] as Readonly<Record<string, unknown>>

/** `object` is as it is last wanted: with the policy by which what it stands for goes with it. */
async function take(cluster: Cluster, object: KubernetesObject): Promise<string | undefined> {
  const { name, namespace } = object.metadata
  const shown = `${object.kind} ${namespace}/${name}`
  const live = await cluster.get(object, name, namespace)
  if (live === undefined) return undefined
  if (siteOf(live) !== siteOf(object)) return `${shown} is not of this site`
  await cluster.apply(object)
  try {
    await cluster.delete(object, name, namespace, timeoutSeconds)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'CLUSTER_FAILED') throw error
    const left = await cluster.get(object, name, namespace)
    const { message } = (left?.['status'] ?? {}) as { message?: string }
    if (!message) throw error
    throw new SealiftError(
      'DATABASE_UNFIT',
      `CloudNativePG does not drop what ${shown} stands for: ${printable(message, 500)}`,
      { cause: error, hints: ['mend that, then run this again: it goes on there'] },
    )
  }
  return undefined
}
