import { isManaged, systemNamespace } from '../../../kernel/access/index.ts'
import { count, printable, SealiftError } from '../../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../kernel/objects/index.ts'
import { type Cluster, type Kind, type KubernetesObject, kinds } from '../../../kernel/ports/index.ts'

/** Kinds whose objects External Secrets Operator may hold by a finalizer. */
const held: readonly Kind[] = [kinds.externalSecret, kinds.pushSecret]

/**
 * Whatever is of a kind that goes with the CRDs is lost with them. Gives the ExternalSecrets and PushSecrets that Sealift
 * made for teams: only a running External Secrets Operator takes its finalizer off them, without which their CRD would
 * never go.
 * @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function refuseTeamsLoss(
  crds: readonly KubernetesObject[],
  cluster: Cluster,
): Promise<KubernetesObject[]> {
  const teams: KubernetesObject[] = []
  for (const crd of crds) for (const kind of kindsOf(crd)) teams.push(...(await cluster.list(kind)))
  const others = teams.filter(object => object.metadata.namespace !== systemNamespace)
  const lost = others.filter(object => !isManaged(object))
  if (lost.length === 0) return others.filter(({ kind }) => held.some(one => one.kind === kind))
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `${count(lost.length, 'object')} of other teams would be lost with the CRDs`,
    {
      faults: lost.map(printed),
      hints: ['remove without --purge, or delete them first'],
    },
  )
}

/** An object's kind, namespace and name. */
export function printed({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return printable(`${kind} ${namespace ? `${namespace}/` : ''}${name}`)
}

/** Deletes such an object, which its operator must let go of. @throws SealiftError CLUSTER_* */
export async function letGo(
  { apiVersion, kind, metadata }: KubernetesObject,
  cluster: Cluster,
): Promise<void> {
  try {
    await cluster.delete({ apiVersion, kind }, metadata.name, metadata.namespace)
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'CLUSTER_FAILED') throw error
    const hint =
      'External Secrets Operator must run to let go of it: where it was removed already, install it again, and purge then'
    throw error.with({ hints: [hint] })
  }
}

/** The kind that a CRD defines, in the version that is stored. */
function kindsOf({ spec }: KubernetesObject): Kind[] {
  const { names, versions } = fieldsOf(spec)
  const { group } = textsIn(spec)
  const stored = textsIn(mappingsOf(versions).find(({ storage }) => storage === true))
  const { kind } = textsIn(names)
  return kind && group && stored['name'] ? [{ apiVersion: `${group}/${stored['name']}`, kind }] : []
}
