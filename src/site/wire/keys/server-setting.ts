import { parseMemory, quantityIn } from '../../../bundle/declared/index.ts'
import type { BundleLock } from '../../../bundle/lock/index.ts'
import { fieldsOf, findPods, mappingsOf, textsIn } from '../../../kernel/objects/index.ts'
import type { KubernetesObject, Secret } from '../../../kernel/ports/index.ts'
import { serverMemory, type WantedMemory } from './heap.ts'
import type { ServerSetting } from './server-room.ts'

/** How Infisical's server would run by a lock and a site file; `chart` is the name of its chart. */
export function lockedSetting(
  { budget, images }: Pick<BundleLock, 'budget' | 'images'>,
  chart: string,
  memory: WantedMemory,
): ServerSetting {
  const container = budget.containers.find(share => share.chart === chart && !share.init)
  const limit = container?.memoryLimit
  const image = images.find(({ reasons }) =>
    reasons.some(reason => reason.chart === chart && reason.object === container?.object),
  )
  return {
    image: image?.name,
    // The limit of all its pods together.
    limit: limit === undefined ? undefined : limit / Math.max(1, container?.replicas ?? 1),
    options: serverMemory(limit, memory).variables['NODE_OPTIONS'] ?? '',
  }
}

/**
 * How it runs, by its Deployment and the Secret that its environment is in; a variable of the container's own goes before
 * that. Nothing where the Deployment names no container.
 */
export function liveSetting(
  { kind, metadata, spec }: KubernetesObject,
  environment: ReadonlyMap<string, Secret>,
): ServerSetting | undefined {
  const object = { chart: '', kind, title: `${kind}/${metadata.name}`, content: { spec } }
  const containers = findPods(object).flatMap(pod => pod.containers)
  const server = containers.find(container => container.kind === 'container')
  if (server === undefined) return undefined
  const { memory } = fieldsOf(fieldsOf(server.content['resources'])['limits'])
  const own = mappingsOf(server.content['env']).find(({ name }) => name === 'NODE_OPTIONS')
  return {
    image: textsIn(server.content)['image'],
    limit: quantityIn(memory, parseMemory),
    options: textsIn(own)['value'] ?? environment.get('NODE_OPTIONS')?.reveal() ?? '',
  }
}
