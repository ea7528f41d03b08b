import { countsIn, fieldsOf, mappingsOf } from '../../kernel/objects/index.ts'
import type { ClusterFacts } from '../../kernel/ports/index.ts'
import { type Api, createApi } from './api.ts'
import { connect, type KubeconfigOptions } from './kubeconfig.ts'

/** What is found out of the cluster that a kubeconfig names; nobody is asked before the first call. */
export function createFacts(options: KubeconfigOptions): ClusterFacts {
  const api = createApi(() => connect(options), options.onSilence)
  return {
    apis: () => apis(api),
    async free(node) {
      const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`
      const call = { method: 'GET', path, verb: 'get', resource: 'nodes/proxy', name: node } as const
      // k8s.io/kubelet/pkg/apis/stats/v1alpha1; images lie on a disk of their own where there is one.
      const { fs, runtime } = fieldsOf((await api.json(call))['node'])
      return countsIn(fieldsOf(runtime)['imageFs'])['availableBytes'] ?? countsIn(fs)['availableBytes']
    },
  }
}

/** Discovery as kubectl api-resources does it (APIGroupList, APIResourceList of meta/v1). */
async function apis(api: Api): Promise<string[]> {
  const groups = await api.json({ method: 'GET', path: '/apis', verb: 'discover', resource: 'apis' })
  const versions = mappingsOf(groups['groups'])
    .flatMap(({ versions }) => mappingsOf(versions).map(({ groupVersion }) => groupVersion))
    .filter(version => typeof version === 'string')
  const found = ['v1', ...versions].map(async version => {
    const path =
      version === 'v1' ? '/api/v1' : `/apis/${version.split('/').map(encodeURIComponent).join('/')}`
    // One whose own server is down answers nothing: nobody can say what it has.
    const list = await api
      .find({ method: 'GET', path, verb: 'discover', resource: version })
      .catch(() => undefined)
    const kinds = mappingsOf(list?.['resources']).flatMap(({ kind, name }) =>
      typeof kind === 'string' && typeof name === 'string' && !name.includes('/')
        ? [`${version}/${kind}`]
        : [],
    )
    return list === undefined ? [] : [version, ...kinds]
  })
  return [...new Set((await Promise.all(found)).flat())].sort()
}
