import { SealiftError } from '../../kernel/errors/index.ts'
import type { Cluster } from '../../kernel/ports/index.ts'
import { isOf, ownObjects, type ReleaseName } from './own-objects.ts'

/**
 * Makes sure that helm's record of a release names nothing that is somebody else's. The record is a Secret in the
 * release's namespace, and helm deletes what it names, wherever that is, with the rights of whoever installs: who may
 * write Secrets there could have any object of the cluster deleted. What helm made itself bears the release's name.
 * @throws SealiftError FOREIGN_INSTALL that lists what is not the release's, CLUSTER_*
 */
export async function refuseForeignRecord(
  cluster: Pick<Cluster, 'get'>,
  manifest: string,
  name: ReleaseName,
): Promise<void> {
  const named = ownObjects(manifest, name).map(async object => {
    const { name: own, namespace = name.namespace } = object.metadata
    const live = await cluster.get(object, own, namespace)
    return live === undefined || isOf(live, name) ? [] : [`${object.kind} ${own}`]
  })
  const faults = (await Promise.all(named)).flat()
  if (faults.length === 0) return
  throw new SealiftError(
    'FOREIGN_INSTALL',
    `helm's record of release ${name.release} in ${name.namespace} names objects that are not of it`,
    {
      faults,
      hints: [
        `somebody has written the record: see the Secrets sh.helm.release.v1.${name.release}.* in namespace ${name.namespace}, and who may write there`,
        'delete them, and run this again: the release is found by what bears its name',
      ],
    },
  )
}
