import { parseCpu, parseMemory, printCpu, requestOf } from '../../bundle/declared/index.ts'
import type { BundleLock } from '../../bundle/lock/index.ts'
import { printMemory } from '../../kernel/errors/index.ts'
import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { hasEnded } from '../../kernel/workloads/index.ts'
import { type Found, fault, ok, warning } from './found.ts'
import { takesPods } from './nodes.ts'

/** Memory in bytes, CPU in millicores. */
export interface Amount {
  readonly memory: number
  readonly cpu: number
}

/** What a node has left for pods. */
export interface FreeNode extends Amount {
  readonly name: string
  /** How many pods more kubelet takes. */
  readonly pods: number
}

/** Pods of one object of the bundle that are still to be started. */
export interface WantedPods extends Amount {
  /** `Deployment/infisical`. */
  readonly title: string
  readonly chart: string
  /** How many it has at rest, and how many of them are still to come. */
  readonly replicas: number
  readonly missing: number
}

/** What each node that takes pods has left, by what those that are there request. */
export function freeNodes(nodes: readonly KubernetesObject[], pods: readonly KubernetesObject[]): FreeNode[] {
  const running = pods.filter(pod => !hasEnded(pod))
  const byNode = Map.groupBy(running, pod => textsIn(pod['spec'])['nodeName'])
  return nodes.filter(takesPods).map(node => {
    const { name } = node.metadata
    const { memory = '0', cpu = '0', pods: most = '0' } = textsIn(fieldsOf(node['status'])['allocatable'])
    const there = (byNode.get(name) ?? []).map(pod => requestOf(fieldsOf(pod['spec'])))
    const used = there.reduce(plus, { memory: 0, cpu: 0 })
    return {
      name,
      memory: parseMemory(memory) - used.memory,
      cpu: parseCpu(cpu) - used.cpu,
      pods: parseMemory(most) - there.length,
    }
  })
}

const plus = (a: Amount, b: Amount): Amount => ({ memory: a.memory + b.memory, cpu: a.cpu + b.cpu })

/**
 * The pods that a bundle declares, object by object, less those that are there: of a release's own namespace, named by
 * their object. An init container runs before the others, so the larger of both counts.
 */
export function wantedPods(
  { budget, charts }: Pick<BundleLock, 'budget' | 'charts'>,
  pods: readonly KubernetesObject[],
): WantedPods[] {
  const groups = [...Map.groupBy(budget.containers, ({ chart, object }) => `${chart} ${object}`)]
  const objects = groups.flatMap(([key, [first]]) => {
    const namespace = charts.find(({ name }) => name === first?.chart)?.namespace
    return first === undefined ? [] : [{ key, name: first.object.split('/')[1] ?? '', namespace }]
  })
  const there = podsOf(objects, pods)
  return groups.flatMap(([key, shares]) => {
    const [first] = shares
    if (first === undefined || first.replicas === 0) return []
    const { chart, object: title, replicas } = first
    const sum = (init: boolean) =>
      shares.filter(share => share.init === init).reduce(init ? larger : plus, { memory: 0, cpu: 0 })
    const whole = larger(sum(false), sum(true))
    return [
      {
        ...{ title, chart, replicas, missing: Math.max(0, replicas - there(key)) },
        memory: whole.memory / replicas,
        cpu: whole.cpu / replicas,
      },
    ]
  })
}

const larger = (a: Amount, b: Amount): Amount => ({
  memory: Math.max(a.memory, b.memory),
  cpu: Math.max(a.cpu, b.cpu),
})

/** How many pods each object has, by its key: a pod is of the longest name that its own begins with, in that namespace. */
function podsOf(
  objects: readonly { key: string; name: string; namespace: string | undefined }[],
  pods: readonly KubernetesObject[],
) {
  const ranked = objects.toSorted((a, b) => b.name.length - a.name.length)
  const living = pods.filter(pod => !hasEnded(pod))
  const found = Map.groupBy(living, ({ metadata }) => {
    const own = ranked.filter(({ namespace }) => namespace === metadata.namespace)
    return own.find(({ name }) => metadata.name.startsWith(`${name}-`))?.key
  })
  return (key: string) => found.get(key)?.length ?? 0
}

/** Whether the pods that are still to come find a node each, the largest first, as the scheduler counts: by requests. */
export function judgeRoom(nodes: readonly FreeNode[], wanted: readonly WantedPods[]): Found {
  const free = nodes.map(node => ({ ...node }))
  const place = (pod: Amount): boolean => {
    const node = free.find(one => one.memory >= pod.memory && one.cpu >= pod.cpu && one.pods >= 1)
    if (node === undefined) return false
    node.memory -= pod.memory
    node.cpu -= pod.cpu
    node.pods -= 1
    return true
  }
  const missing = wanted
    .flatMap(pod => Array.from({ length: pod.missing }, () => pod))
    .toSorted((a, b) => b.memory - a.memory || b.cpu - a.cpu)
  const homeless = missing.filter(pod => !place(pod))
  const total = missing.reduce(plus, { memory: 0, cpu: 0 })
  const left = nodes.map(
    node => `${node.name} has ${amountWords(node)} and ${Math.max(0, node.pods)} pods left`,
  )
  const shown = `${missing.length} pods to come request ${amountWords(total)}; ${left.join(', ') || 'no node takes pods'}`
  const next = 'lower the requests of what else runs, give the node more, or add one'
  if (homeless.length > 0) {
    const who = homeless.map(pod => `${pod.title} (${amountWords(pod)})`).join(', ')
    return fault(`${shown}: no node has room for ${who}`, next)
  }
  const [largest] = wanted.toSorted((a, b) => b.memory - a.memory || b.cpu - a.cpu)
  if (largest !== undefined && !place(largest))
    return warning(
      `${shown}: but none for a second ${largest.title} (${amountWords(largest)}) beside the first, as an update starts one before the old one goes`,
      `${next}, before the next upgrade`,
    )
  return ok(largest === undefined ? shown : `${shown}; a second ${largest.title} fits as well, for an update`)
}

function amountWords({ memory, cpu }: Amount): string {
  return `${printMemory(Math.max(0, memory))} and ${printCpu(Math.max(0, cpu))} CPU`
}
