import { type Cluster, type ContainerUsage, kinds, type LogRun } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { refused } from './faults.ts'

/** What we read of kubelet's summary API (k8s.io/kubelet/pkg/apis/stats/v1alpha1). */
interface Summary {
  readonly pods?: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string }
    readonly containers?: readonly {
      readonly name: string
      readonly cpu?: { readonly usageNanoCores?: number }
      readonly memory?: { readonly workingSetBytes?: number }
    }[]
  }[]
}

/** What every container on every node uses; containers that kubelet has not measured yet are left out. */
export async function usage(api: Api, list: Cluster['list']): Promise<ContainerUsage[]> {
  const nodes = await list(kinds.node)
  const summaries = nodes.map(async ({ metadata: { name } }) => {
    const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary`
    return (await api.json({ method: 'GET', path, verb: 'get', resource: 'nodes/proxy', name })) as Summary
  })
  return (await Promise.all(summaries)).flatMap(rows)
}

function rows({ pods = [] }: Summary): ContainerUsage[] {
  return pods.flatMap(({ podRef, containers = [] }) =>
    containers.flatMap(({ name, cpu, memory }) => {
      if (memory?.workingSetBytes === undefined) return []
      return {
        namespace: podRef.namespace,
        pod: podRef.name,
        container: name,
        memory: memory.workingSetBytes,
        cpu: (cpu?.usageNanoCores ?? 0) / 1_000_000,
      }
    }),
  )
}

/** Names one container, how many lines of its log, and of which run. */
interface LogPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly lines: number
  readonly run: LogRun
}

/** The log's last lines; empty for a run that was not. @throws SealiftError CLUSTER_* */
export async function logs(api: Api, { namespace, pod, container, lines, run }: LogPlace): Promise<string> {
  const previous = String(run === 'previous')
  const query = new URLSearchParams({ container, tailLines: String(lines), previous })
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
  const call: Call = { method: 'GET', path, verb: 'get', resource: 'pods/log', name: pod, namespace }
  const answer = await api.answer(call)
  // 400: the container has not started, or has no previous run; but also when there is no such container.
  if (answer.status === 400 && !answer.text.includes('is not valid for pod')) return ''
  if (answer.status >= 400) throw refused(call, answer)
  return answer.text
}
