import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { isManaged } from '../../kernel/access/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Cluster, isTerminating, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { redacted } from '../../kernel/workloads/index.ts'
import { imagesOn } from './images.ts'
import type { NodePlace } from './place.ts'
import { namespaceObject, nodesNamespace, podObject } from './pod.ts'

/** A pod that is up. */
export interface StartedPod {
  readonly name: string
  readonly uid: string
}

const patience = 60_000
const interval = 250
/** How many of a node's images are tried: one that kubelet names may just have been collected. */
const mostImages = 3

/** Makes the namespace of such pods, fit for them. @throws SealiftError CLUSTER_*, LOAD_FAILED */
export async function ensureNamespace(cluster: Cluster): Promise<void> {
  await until(`namespace ${nodesNamespace}`, async () => {
    const found = await cluster.get(kinds.namespace, nodesNamespace)
    // One that ends goes with its last pod, and then there can be another.
    if (isTerminating(found)) return undefined
    if (found && !isManaged(found))
      throw new SealiftError('LOAD_FAILED', `namespace ${nodesNamespace} is there, and not Sealift's`, {
        hints: ['Sealift makes it, and ends it, to load images through the cluster: give yours another name'],
      })
    return found ?? (await cluster.apply(namespaceObject))
  })
  // No pod is admitted before its account is there.
  await until(`the account of namespace ${nodesNamespace}`, () =>
    cluster.get(kinds.serviceAccount, 'default', nodesNamespace),
  )
}

/** Starts a pod on a node, of an image that the node has. @throws SealiftError CLUSTER_*, LOAD_FAILED with the reason */
export async function startPod(
  cluster: Cluster,
  node: KubernetesObject,
  place: NodePlace,
  owner: string | undefined,
): Promise<StartedPod> {
  await ensureNamespace(cluster)
  const images = imagesOn(node, await cluster.list(kinds.pod)).slice(0, mostImages)
  let fault = 'it has no image that a pod could be made of'
  for (const image of images) {
    const name = `node-${randomBytes(5).toString('hex')}`
    const { uid } = textsIn(
      (await cluster.create(podObject(name, node.metadata.name, image, place, owner))).metadata,
    )
    const failed = await until(`a pod on node ${node.metadata.name}`, async () => {
      const pod = await cluster.get(kinds.pod, name, nodesNamespace)
      return pod === undefined ? 'it was deleted' : stateOf(pod)
    })
    if (failed === 'up') return { name, uid: uid ?? '' }
    fault = failed
    await cluster.delete(kinds.pod, name, nodesNamespace)
  }
  throw new SealiftError(
    'LOAD_FAILED',
    `node ${node.metadata.name} cannot be worked on through the cluster: ${redacted(fault)}`,
    {
      hints: [
        'run sealift on that node, with --load containerd',
        'or say in site.yaml where its containerd is: containerd.ctr, a static program, and containerd.address',
      ],
    },
  )
}

/** `up`, what is wrong, or nothing while it starts. */
function stateOf({ status }: KubernetesObject): string | undefined {
  const { phase, reason, message } = textsIn(status)
  const [own] = mappingsOf(fieldsOf(status)['containerStatuses'])
  const { running, waiting, terminated } = fieldsOf(own?.['state'])
  if (phase === 'Running' && running !== undefined) return 'up'
  const why = textsIn(terminated ?? waiting)
  if (phase === 'Failed' || phase === 'Succeeded')
    return said(reason ?? why['reason'], message ?? why['message'])
  // What is just being made is waited for; kubelet tries the others again, to no other end.
  if (waiting === undefined || ['ContainerCreating', 'PodInitializing'].includes(why['reason'] ?? ''))
    return undefined
  return said(why['reason'], why['message'])
}

const said = (reason = 'it ended', message = '') => (message === '' ? reason : `${reason}: ${message}`)

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < patience; waited += interval) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await wait(interval)
  }
  throw new SealiftError('LOAD_FAILED', `waited ${patience / 1000} s for ${what} in vain`, {
    hints: ['what the cluster says of it: kubectl get events -A'],
  })
}
