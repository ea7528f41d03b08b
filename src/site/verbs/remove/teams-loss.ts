import { isManaged, systemNamespace } from '../../../kernel/access/index.ts'
import { count, printable, SealiftError } from '../../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../kernel/objects/index.ts'
import type { Cluster, Kind, KubernetesObject } from '../../../kernel/ports/index.ts'

/** Whatever is of a kind that goes with the CRDs is lost with them. @throws SealiftError FOREIGN_INSTALL, CLUSTER_* */
export async function refuseTeamsLoss(crds: readonly KubernetesObject[], cluster: Cluster): Promise<void> {
  const teams: KubernetesObject[] = []
  for (const crd of crds) for (const kind of kindsOf(crd)) teams.push(...(await cluster.list(kind)))
  const lost = teams.filter(object => object.metadata.namespace !== systemNamespace && !isManaged(object))
  if (lost.length === 0) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `${count(lost.length, 'object')} of other teams would be lost with the CRDs`,
    {
      faults: lost.map(({ kind, metadata: { namespace, name } }) =>
        printable(`${kind} ${namespace ? `${namespace}/` : ''}${name}`),
      ),
      hints: ['remove without --purge, or delete them first'],
    },
  )
}

/** The kind that a CRD defines, in the version that is stored. */
function kindsOf({ spec }: KubernetesObject): Kind[] {
  const { names, versions } = fieldsOf(spec)
  const { group } = textsIn(spec)
  const stored = textsIn(mappingsOf(versions).find(({ storage }) => storage === true))
  const { kind } = textsIn(names)
  return kind && group && stored['name'] ? [{ apiVersion: `${group}/${stored['name']}`, kind }] : []
}
