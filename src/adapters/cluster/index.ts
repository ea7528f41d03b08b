/** ports/cluster.ts over the Kubernetes API. */
import type { Cluster } from '../../kernel/ports/index.ts'
import { createApi } from './api.ts'
import { createDiscovery } from './discovery.ts'
import { failed } from './faults.ts'
import { forwardService } from './forward.ts'
import { connect, type KubeconfigOptions } from './kubeconfig.ts'
import { createObjects } from './objects.ts'
import { peaks } from './peaks.ts'
import { logs, timedLog, usage } from './pods.ts'
import { user } from './user.ts'

/**
 * The cluster that a kubeconfig names; nothing is read and nobody is asked before the first call.
 * A kind that the cluster does not know is like a kind without objects: `get` gives `undefined`, `list` nothing,
 * `delete` is done; `apply` and `create` fail. A namespaced object without a namespace is in `default`.
 */
export function createCluster(options: KubeconfigOptions): Cluster {
  const api = createApi(() => connect(options), options.onSilence)
  const discovery = createDiscovery(api)
  const objects = createObjects(api, discovery)
  return {
    async info() {
      const { server } = await api.connection()
      const call = { method: 'GET', path: '/version', verb: 'get', resource: 'version' } as const
      const { gitVersion } = await api.json(call)
      if (typeof gitVersion === 'string' && gitVersion !== '') return { server, version: gitVersion }
      throw failed(
        `the cluster at ${server} does not say its version: no gitVersion in its answer to /version`,
      )
    },
    user: () => user(api),
    serves: async kind => (await discovery.find(kind)) !== undefined,
    ...objects,
    usage: () => usage(api, objects.list),
    peaks: () => peaks(api, objects.list),
    logs: (namespace, pod, container, lines, run) => logs(api, { namespace, pod, container, run }, lines),
    timedLog: (place, run, most, since) => timedLog(api, { ...place, run }, most, since),
    forwardService: (namespace, service, port) => forwardService(api, objects, { namespace, service, port }),
  }
}

export { createFacts } from './facts.ts'
export { kubeconfigFiles } from './kubeconfig.ts'
export { createLooks } from './looks.ts'
export { createNodeCalls, type NodeCalls } from './node-calls.ts'
export { createPodPrograms } from './programs.ts'
