import { fieldsOf, type Mapping, mappingsOf } from '../../kernel/objects/index.ts'
import { type Cluster, type ContainerUsage, kinds, type LogRun } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { refused } from './faults.ts'

/** What every container on every node uses; containers that kubelet has not measured yet are left out. */
export async function usage(api: Api, list: Cluster['list']): Promise<ContainerUsage[]> {
  const nodes = await list(kinds.node)
  const summaries = nodes.map(async ({ metadata: { name } }) => {
    const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary`
    return api.json({ method: 'GET', path, verb: 'get', resource: 'nodes/proxy', name })
  })
  return (await Promise.all(summaries)).flatMap(rows)
}

/** What we read of kubelet's summary API (k8s.io/kubelet/pkg/apis/stats/v1alpha1). */
function rows({ pods }: Mapping): ContainerUsage[] {
  return mappingsOf(pods).flatMap(({ podRef, containers }) => {
    const { namespace, name: pod } = fieldsOf(podRef)
    return mappingsOf(containers).flatMap(({ name: container, cpu, memory }) => {
      const { workingSetBytes } = fieldsOf(memory)
      const { usageNanoCores = 0 } = fieldsOf(cpu)
      if (!isText(namespace) || !isText(pod) || !isText(container) || !isAmount(workingSetBytes)) return []
      const nanoCores = isAmount(usageNanoCores) ? usageNanoCores : 0
      return [{ namespace, pod, container, memory: workingSetBytes, cpu: nanoCores / 1_000_000 }]
    })
  })
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isAmount = (value: unknown): value is number => typeof value === 'number' && value >= 0

/** Names one container, and of which run its log is wanted. */
export interface LogPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly run: LogRun
}

/** The log's last lines; empty for a run that was not. @throws SealiftError CLUSTER_* */
export async function logs(api: Api, place: LogPlace, lines: number): Promise<string> {
  return await logOf(api, place, { tailLines: String(lines) })
}

/** The log with times, from one on; empty for a run that was not. @throws SealiftError CLUSTER_* */
export async function timedLog(api: Api, place: LogPlace, most: number, since?: Date): Promise<string> {
  // The server wants whole seconds.
  const sinceTime = since && `${since.toISOString().slice(0, 19)}Z`
  const options = { timestamps: 'true', limitBytes: String(most) }
  return await logOf(api, place, { ...options, ...(sinceTime ? { sinceTime } : {}) })
}

async function logOf(
  api: Api,
  { namespace, pod, container, run }: LogPlace,
  options: Readonly<Record<string, string>>,
): Promise<string> {
  const query = new URLSearchParams({ container, previous: String(run === 'previous'), ...options })
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
  const call: Call = { method: 'GET', path, verb: 'get', resource: 'pods/log', name: pod, namespace }
  const answer = await api.answer(call)
  // 400: the container has not started, or has no previous run; but also when there is no such container.
  if (answer.status === 400 && !answer.text.includes('is not valid for pod')) return ''
  if (answer.status >= 400) throw refused(call, answer)
  return answer.text
}
