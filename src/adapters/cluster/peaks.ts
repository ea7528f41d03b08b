import { type Cluster, type ContainerPeak, kinds } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'
import type { Call } from './call.ts'
import { refused } from './faults.ts'

const metric = 'container_memory_max_usage_bytes'

/** The high-water mark of every container's cgroup, on every node. @throws SealiftError CLUSTER_* */
export async function peaks(api: Api, list: Cluster['list']): Promise<ContainerPeak[]> {
  const nodes = await list(kinds.node)
  const pages = nodes.map(async ({ metadata: { name } }) => {
    const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/metrics/cadvisor`
    const call: Call = { method: 'GET', path, verb: 'get', resource: 'nodes/proxy', name }
    const answer = await api.answer(call)
    if (answer.status >= 400) throw refused(call, answer)
    return peaksIn(answer.text)
  })
  return (await Promise.all(pages)).flat()
}

/**
 * The marks in cAdvisor's metrics, as Prometheus's text format has them (prometheus.io/docs/instrumenting/exposition_formats):
 * `name{label="value",…} number time`. Of pods, whose `container` is empty, and of a kernel without the mark, which gives 0
 * (memory.peak is there since Linux 5.19), nothing is taken.
 */
function peaksIn(text: string): ContainerPeak[] {
  return text.split('\n').flatMap(line => {
    if (!line.startsWith(`${metric}{`)) return []
    const { labels, value } = sampleOf(line, metric.length + 1)
    const named = (name: string) => labels.get(name) ?? ''
    const [namespace, pod, container] = [named('namespace'), named('pod'), named('container')]
    const known = namespace !== '' && pod !== '' && container !== '' && Number.isFinite(value) && value > 0
    return known ? [{ namespace, pod, container, memory: value }] : []
  })
}

/** Labels from a place in a line on, and the number behind them; NaN where there is none. */
function sampleOf(line: string, start: number) {
  const label = /\s*([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"\s*,?/y
  const labels = new Map<string, string>()
  let end = start
  label.lastIndex = start
  for (let found = label.exec(line); found !== null; found = label.exec(line)) {
    const [, name = '', value = ''] = found
    labels.set(
      name,
      value.replaceAll(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one)),
    )
    end = label.lastIndex
  }
  const [, number] = /^\s*\}\s*(\S+)/.exec(line.slice(end)) ?? []
  return { labels, value: Number(number ?? Number.NaN) }
}
