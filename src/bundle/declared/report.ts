import { printMemory, SealiftError } from '../../kernel/errors/index.ts'
import type { PodShape, RenderedObject } from '../../kernel/objects/index.ts'
import type { Share } from '../lock/index.ts'
import { parseCpu, parseMemory, printCpu } from './quantity.ts'
import { type Amount, add, type ContainerRequest, most, podRequest, requestsOf, times } from './requests.ts'
import { scaledIn, type Workload, workloadOf } from './workload.ts'

/** A container that asks for less than it should say. */
interface Missing {
  readonly chart: string
  readonly object: string
  readonly container: string
  /** Path of the container in its object. */
  readonly field: string
  readonly resources: readonly ('memory' | 'cpu')[]
}

/** One container's share with what a table needs beside it. */
interface BudgetRow extends Share {
  /** Path of the container in its object. */
  readonly field: string
  readonly span: Workload['span']
  readonly cpuLimit?: number
}

/** The declared side of the budget: memory in bytes, CPU in millicores. */
export interface BudgetReport {
  readonly containers: readonly BudgetRow[]
  /** Effective requests of everything that runs at rest. */
  readonly declared: Amount
  readonly budget: Amount
  /** What Jobs and hooks request together while they run. */
  readonly temporary: Amount
  /** What a rolling update adds: the chart whose update adds most. */
  readonly surge: Amount
  readonly missing: readonly Missing[]
  /** By how much each is over the budget; empty when both fit. */
  readonly over: { readonly memory?: number; readonly cpu?: number }
}

/**
 * Adds up what rendered pods declare and holds it to a budget.
 * @param objects all rendered objects; only autoscalers are read from them
 * @param budget quantities as in the spec, `640Mi` and `300m`
 * @throws SealiftError RENDER_FAILED when a quantity is not one
 */
export function computeBudget(
  pods: readonly PodShape[],
  objects: readonly RenderedObject[],
  budget: { readonly memory: string; readonly cpu: string },
): BudgetReport {
  const scaled = scaledIn(objects)
  const counted = pods.map(pod => {
    const requests = requestsOf(pod)
    return { pod, requests, one: podRequest(pod, requests), load: workloadOf(pod, scaled) }
  })
  const total = (span: Workload['span']): Amount =>
    counted
      .filter(({ load }) => load.span === span)
      .map(({ one, load }) => times(one, load.replicas))
      .reduce(add, none)
  const charts = new Map<string, Amount>()
  for (const { pod, one, load } of counted) {
    charts.set(pod.object.chart, add(charts.get(pod.object.chart) ?? none, times(one, load.surge)))
  }
  const declared = total('steady')
  const allowed = { memory: parseMemory(budget.memory), cpu: parseCpu(budget.cpu) }
  return {
    containers: counted.flatMap(({ pod, requests, load }) =>
      requests.map(request => row(pod, request, load)),
    ),
    declared,
    budget: allowed,
    temporary: total('temporary'),
    surge: [...charts.values()].reduce(most, none),
    missing: counted.flatMap(({ pod, requests }) => requests.flatMap(request => missing(pod, request))),
    over: {
      ...(declared.memory > allowed.memory ? { memory: declared.memory - allowed.memory } : {}),
      ...(declared.cpu > allowed.cpu ? { cpu: declared.cpu - allowed.cpu } : {}),
    },
  }
}

/** What a report that is over its budget is as an error: BUDGET_EXCEEDED, with a line per container, largest share first. */
export function budgetFault({
  over,
  declared,
  budget,
  containers,
  missing: unsaid,
}: BudgetReport): SealiftError | undefined {
  const parts = [
    ...(over.memory === undefined
      ? []
      : [`memory ${printMemory(declared.memory)} of ${printMemory(budget.memory)}`]),
    ...(over.cpu === undefined ? [] : [`CPU ${printCpu(declared.cpu)} of ${printCpu(budget.cpu)}`]),
  ]
  if (parts.length === 0) return undefined
  const rows = containers.filter(({ span }) => span === 'steady')
  const share = ({ memory, cpu }: Amount): number => memory / budget.memory + cpu / budget.cpu
  const ranked = [...rows].sort((a, b) => share(b) - share(a))
  return new SealiftError('BUDGET_EXCEEDED', `the pods request more than the budget: ${parts.join(', ')}`, {
    faults: [
      ...ranked.map(describe),
      ...unsaid.map(
        item =>
          `${item.chart} ${item.object} ${item.container}: no ${item.resources.join(', ')} request, counted as 0`,
      ),
    ],
    hints: [
      'Lower the requests in the values files, raise the budget in bundle.yaml, or lock with --budget warn.',
    ],
  })
}

function describe({ chart, object, container, field, memory, cpu, replicas, init }: BudgetRow): string {
  const pods = replicas === 1 ? '' : ` (${replicas} pods)`
  const who = `${chart} ${object} ${init ? 'init container' : 'container'} ${container}`
  return `${who}: memory ${printMemory(memory)}, CPU ${printCpu(cpu)}${pods} at ${field}.resources.requests`
}

const none: Amount = { memory: 0, cpu: 0 }

function row({ object }: PodShape, request: ContainerRequest, { replicas, span }: Workload): BudgetRow {
  const { container, memoryLimit, cpuLimit } = request
  return {
    chart: object.chart,
    object: object.title,
    container: container.name,
    init: container.kind === 'init',
    replicas,
    ...times(request, replicas),
    ...(memoryLimit === undefined ? {} : { memoryLimit: memoryLimit * replicas }),
    ...(cpuLimit === undefined ? {} : { cpuLimit: cpuLimit * replicas }),
    field: container.path,
    span,
  }
}

function missing({ object }: PodShape, { container, missing: resources }: ContainerRequest): Missing[] {
  if (resources.length === 0) return []
  return [
    {
      chart: object.chart,
      object: object.title,
      container: container.name,
      field: container.path,
      resources,
    },
  ]
}
