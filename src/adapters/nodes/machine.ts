import { SealiftError } from '../../kernel/errors/index.ts'
import { redacted } from '../../kernel/workloads/index.ts'
import type { NodeCalls } from '../cluster/index.ts'
import { createCtr, imageDigest, type Machine, marked, type Run } from '../containerd/index.ts'
import type { NodePlace } from './place.ts'
import { container, nodesNamespace } from './pod.ts'
import type { StartedPod } from './started.ts'

/** A node that is reached through a pod of its own. */
export interface RemoteNode {
  readonly name: string
  /** Where its containerd is; throws where nobody says it. */
  readonly place: () => NodePlace
  /** Its pod; started at the first call. */
  readonly pod: () => Promise<StartedPod>
  readonly calls: NodeCalls
  /** Whether the pod of a mark is gone. */
  readonly isGone: (mark: string) => Promise<boolean>
}

/**
 * A node's machine through its pod. Whatever is run there ends with the pod, so the pod is who works there: its uid is
 * the mark, and whoever sees the cluster can tell whether it is gone. Nothing is mounted in it: unpacking is containerd's.
 */
export function throughPod({ name, place, pod, calls, isGone }: RemoteNode): Machine {
  const ctr = createCtr(runIn({ name, place, pod, calls }))
  const mark = async () => podMark((await pod()).uid)
  return {
    ctr,
    mark,
    isGone,
    leftMounts: async () => [],
    freeBytes: () => calls.imageSpace(name),
    async unpack(image, signal) {
      const digest = await imageDigest(ctr, image)
      await marked({ ctr, mark }, () => ctr(['snapshots', 'unpack', digest], { signal }))
    },
  }
}

/** The mark of a pod, in names of leases. */
export const podMark = (uid: string) => `pod-${uid}`

function runIn({ name, place, pod, calls }: Pick<RemoteNode, 'name' | 'place' | 'pod' | 'calls'>): Run {
  return async (words, options) => {
    const { ctr, address } = place()
    const started = await pod()
    const command = [...ctr, '--address', address, ...words]
    const where = { namespace: nodesNamespace, pod: started.name, container }
    const { stdout, stderr, code, message = '', cut } = await calls.execute({ ...where, command }, options)
    if (code === 0) return { stdout, stderr }
    if (code === undefined && !cut)
      throw new SealiftError('LOAD_FAILED', `node ${name} does not run ctr: ${redacted(message)}`)
    return { stdout, stderr, failure: { error: new Error(`on node ${name}: ${message}`), killed: cut } }
  }
}
