import { SealiftError } from '../../kernel/errors/index.ts'
import { type Cluster, kinds } from '../../kernel/ports/index.ts'
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
  if (faults.length > 0) throw forged(name, 'names objects that are not of it', faults)
}

/**
 * The revisions that helm may take for what is there, beside the newest: where that one failed, an upgrade deletes what
 * the record says that is labelled as deployed (pkg/action/upgrade.go, prepareUpgrade). Helm finds it by labels, and gives
 * it by its name: one whose name is another is refused.
 * @throws SealiftError FOREIGN_INSTALL, CLUSTER_*
 */
export async function deployedRevisions(
  cluster: Pick<Cluster, 'list'>,
  name: ReleaseName,
): Promise<number[]> {
  const labels = `owner=helm,name=${name.release},status=deployed`
  const names = (await cluster.list(kinds.secret, name.namespace, labels)).map(
    ({ metadata }) => metadata.name,
  )
  const prefix = `sh.helm.release.v1.${name.release}.v`
  const isRecord = (one: string) => one.startsWith(prefix) && /^[1-9]\d*$/.test(one.slice(prefix.length))
  const others = names.filter(one => !isRecord(one))
  if (others.length > 0)
    throw forged(
      name,
      'is in Secrets that helm does not make',
      others.map(one => `Secret ${one}`),
    )
  return names.map(one => Number(one.slice(prefix.length)))
}

function forged({ release, namespace }: ReleaseName, what: string, faults: readonly string[]): SealiftError {
  return new SealiftError('FOREIGN_INSTALL', `helm's record of release ${release} in ${namespace} ${what}`, {
    faults,
    hints: [
      `somebody has written the record: see the Secrets sh.helm.release.v1.${release}.* in namespace ${namespace}, and who may write there`,
      'delete them, and run this again: the release is found by what bears its name',
      'or somebody has made an object of the release anew: delete that',
    ],
  })
}
