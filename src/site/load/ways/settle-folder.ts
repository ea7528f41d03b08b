import type { Bundle } from '../../../bundle/layout/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../../kernel/objects/index.ts'
import { parseReference, printReference } from '../../../kernel/oci/index.ts'
import { type KubernetesObject, kinds, type SiteHost } from '../../../kernel/ports/index.ts'
import { hasEnded } from '../../../kernel/workloads/index.ts'
import { filesOf, imagesIn, ownFiles } from './placed.ts'

/**
 * Takes files of older bundles out of K3s's folder, whose images no pod runs any more: with a start of K3s their pins
 * end. One that a pod still runs keeps its file, unless this bundle has the image too. Gives the names of what went.
 * @throws SealiftError LOAD_FAILED, CLUSTER_*
 */
export async function settleFolder(
  { imagesFolder: folder, cluster }: Pick<SiteHost, 'imagesFolder' | 'cluster'>,
  bundle: Pick<Bundle, 'digest' | 'lock' | 'images'>,
): Promise<string[]> {
  const names = await folder.names()
  const [newest, ...again] = filesOf(bundle, names).reverse()
  if (newest === undefined) return []
  const older = ownFiles(names).filter(name => name !== newest && !again.includes(name))
  const here = new Set(bundle.images.map(({ name }) => name))
  const running = older.length === 0 ? new Set<string>() : imagesRun(await cluster.list(kinds.pod))
  const gone = [...again]
  for (const name of older) {
    const needed = (await imagesIn(folder, name)).some(image => running.has(image) && !here.has(image))
    if (!needed) gone.push(name)
  }
  for (const name of gone) await folder.remove(name)
  return gone
}

/** Full names of the images of pods that have not ended. */
function imagesRun(pods: readonly KubernetesObject[]): Set<string> {
  const live = pods.filter(pod => !hasEnded(pod))
  const names = live.flatMap(({ spec }) => {
    const { containers, initContainers } = fieldsOf(spec)
    return [containers, initContainers].flatMap(mappingsOf).map(one => textsIn(one)['image'] ?? '')
  })
  return new Set(
    names.flatMap(name => {
      const reference = parseReference(name)
      return reference ? [printReference(reference)] : []
    }),
  )
}
