import { fieldsOf } from '../../kernel/objects/index.ts'
import { createApi } from './api.ts'
import { type Executed, type Execution, execute } from './exec.ts'
import { failed } from './faults.ts'
import { connect, type KubeconfigOptions } from './kubeconfig.ts'
import { mayConnect } from './may.ts'

/** What only whoever works on nodes asks of a cluster. All throw SealiftError CLUSTER_*. */
export interface NodeCalls {
  /** Runs a program in a container, and waits for its end. */
  execute(what: Execution, options: Parameters<typeof execute>[2]): Promise<Executed>
  /** Bytes that are free where a node's containerd keeps images, as kubelet says; absent where it does not. */
  imageSpace(node: string): Promise<number | undefined>
}

/** The calls for nodes of the cluster that a kubeconfig names. */
export function createNodeCalls(options: KubeconfigOptions): NodeCalls {
  const api = createApi(() => connect(options), options.onSilence)
  return {
    async execute(what, given) {
      try {
        return await execute(await api.connection(), what, given)
      } catch (error) {
        given.signal?.throwIfAborted()
        await mayConnect(api, what.namespace, 'exec')
        throw failed(`no program can be run in pod ${what.namespace}/${what.pod}: ${reasonOf(error)}`, [
          'the API server must reach the kubelet of its node: can you see the logs of a pod there?',
        ])
      }
    },
    async imageSpace(node) {
      // k8s.io/kubelet/pkg/apis/stats/v1alpha1
      const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`
      const call = { method: 'GET', path, verb: 'get', resource: 'nodes/proxy', name: node } as const
      const { runtime } = fieldsOf((await api.json(call))['node'])
      const { availableBytes } = fieldsOf(fieldsOf(runtime)['imageFs'])
      return typeof availableBytes === 'number' && availableBytes >= 0 ? availableBytes : undefined
    },
  }
}

/** Why a connection was not had: the websocket's error is an event with a message. */
function reasonOf(error: unknown): string {
  const { message } = fieldsOf(error)
  if (error instanceof Error) return error.message
  return typeof message === 'string' ? message : 'it was refused'
}
