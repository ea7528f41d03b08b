import { randomBytes } from 'node:crypto'
import { SealiftError } from '../../kernel/errors/index.ts'
import { textsIn } from '../../kernel/objects/index.ts'
import {
  type Clock,
  type Cluster,
  isTerminating,
  type KubernetesObject,
  kinds,
} from '../../kernel/ports/index.ts'
import { becomesUp, redacted } from '../../kernel/workloads/index.ts'
import { imagesOn } from './images.ts'
import type { NodePlace } from './place.ts'
import { levelLabel, namespaceObject, nodesNamespace, podObject } from './pod.ts'

/** A pod that is up. */
export interface StartedPod {
  readonly name: string
  readonly uid: string
}

const patience = 60_000
const interval = 250
/** How many of a node's images are tried: one that kubelet names may just have been collected. */
const mostImages = 3

/** What starts pods: a cluster, and time to wait in. */
export interface Starting {
  readonly cluster: Cluster
  readonly clock: Clock
}

/**
 * Makes the namespace of such pods, fit for them. One that is there, an administrator's with a Role in it, is taken as it
 * is, where it says that such pods may be in it: whoever may run programs in them is root on their nodes, so that one which
 * somebody has made with fewer rights would give him more. @throws SealiftError CLUSTER_*, LOAD_FAILED
 */
async function ensureNamespace({ cluster, clock }: Starting): Promise<void> {
  await until(clock, `namespace ${nodesNamespace}`, async () => {
    const found = await cluster.get(kinds.namespace, nodesNamespace)
    // One that ends goes with its last pod, and then there can be another.
    if (isTerminating(found)) return undefined
    if (found === undefined) return await cluster.apply(namespaceObject)
    if (found.metadata.labels?.[levelLabel] === 'privileged') return found
    throw new SealiftError(
      'LOAD_FAILED',
      `namespace ${nodesNamespace} is there, and does not say that pods which are root on their nodes may be in it`,
      {
        hints: [
          `who may run programs in its pods? If an administrator has made it: kubectl label namespace ${nodesNamespace} ${levelLabel}=privileged`,
          'else delete it: Sealift’s own is made then, and taken away again',
        ],
      },
    )
  })
  // No pod is admitted before its account is there.
  await until(clock, `the account of namespace ${nodesNamespace}`, () =>
    cluster.get(kinds.serviceAccount, 'default', nodesNamespace),
  )
}

/** Starts a pod on a node, of an image that the node has. @throws SealiftError CLUSTER_*, LOAD_FAILED with the reason */
export async function startPod(
  starting: Starting,
  node: KubernetesObject,
  place: NodePlace,
  owner: string | undefined,
): Promise<StartedPod> {
  const { cluster } = starting
  await ensureNamespace(starting)
  const listed = imagesOn(node, [])
  const images = listed.length > 0 ? listed : imagesOn(node, await cluster.list(kinds.pod))
  let fault = 'it has no image that a pod could be made of'
  for (const image of images.slice(0, mostImages)) {
    const name = `node-${randomBytes(5).toString('hex')}`
    const { uid } = textsIn(
      (await cluster.create(podObject(name, node.metadata.name, image, place, owner))).metadata,
    )
    const started = await becomesUp(starting, {
      ...{ namespace: nodesNamespace, name, uid },
      milliseconds: patience,
    }).catch(async error => {
      await cluster.delete(kinds.pod, name, nodesNamespace)
      throw error
    })
    if (started === 'up') return { name, uid: uid ?? '' }
    fault = started
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

/** The first answer; nothing when there is none in time. */
async function within<T>(clock: Clock, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = clock.now() + patience
  for (;;) {
    const answer = await ask()
    if (answer !== undefined || clock.now() >= end) return answer
    await clock.sleep(interval)
  }
}

async function until(clock: Clock, what: string, ask: () => Promise<unknown>): Promise<void> {
  if ((await within(clock, ask)) !== undefined) return
  throw new SealiftError('LOAD_FAILED', `waited ${patience / 1000} s for ${what} in vain`, {
    hints: ['what the cluster says of it: kubectl get events -A'],
  })
}
