import { type BudgetReport, computeBudget, parseCpu, parseMemory } from '../../bundle/declared/index.ts'
import type { BundleLock } from '../../bundle/lock/index.ts'
import { chartPackage } from '../../bundle/opening/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { findPods, type RenderedObject } from '../../kernel/objects/index.ts'
import { type BundledChart, type BundledRendering, renderBundled } from '../render/index.ts'
import type { Explained, ExplainedContainer, Origin } from './explained.ts'
import { type Candidate, candidatesIn, chartValues, originOf, probing } from './probe.ts'

type Row = BudgetReport['containers'][number]

/** What a lock alone says of a budget. */
export function explainLock({ budget, charts }: Pick<BundleLock, 'budget' | 'charts'>): Explained {
  return {
    budget: { memory: parseMemory(budget.memory), cpu: parseCpu(budget.cpu) },
    declared: budget.declared,
    charts: charts.map(({ name, version }) => ({ name, version })),
    containers: budget.containers.map(({ memoryLimit, ...share }) => ({
      ...share,
      ...(memoryLimit === undefined ? {} : { memoryLimit }),
    })),
  }
}

/**
 * The same from the charts themselves, rendered as they were locked and once more with a probe in the place of every value
 * that may make a figure. @throws SealiftError RENDER_FAILED, BUNDLE_MALFORMED, BUNDLE_DAMAGED
 */
export async function explainCharts(
  charts: readonly BundledChart[],
  lock: Pick<BundleLock, 'budget' | 'charts'>,
  rendering: BundledRendering,
): Promise<Explained> {
  const { budget, charts: locked } = lock
  const objects: RenderedObject[] = []
  const containers: ExplainedContainer[] = []
  for (const one of charts) {
    // As it is installed; what only an upgrade renders is not there at the same time.
    const [installed = []] = (await renderBundled(one, rendering)).states
    objects.push(...installed)
    const candidates = candidatesIn(await valuesOf(one))
    const probed = await probe(one, candidates, rendering)
    const rows = reportOf(installed, budget).containers
    containers.push(...rows.map(row => explained(row, probed && sameIn(probed, row), candidates)))
  }
  const { declared, temporary, surge } = reportOf(objects, budget)
  return {
    budget: { memory: parseMemory(budget.memory), cpu: parseCpu(budget.cpu) },
    ...{ declared, temporary, surge, containers },
    charts: locked.map(({ name, version }) => ({ name, version })),
  }
}

const reportOf = (objects: readonly RenderedObject[], budget: { memory: string; cpu: string }) =>
  computeBudget(objects.flatMap(findPods), objects, budget)

async function valuesOf({ bundle, chart, values }: BundledChart) {
  const own = chart.values.flatMap(file => {
    const bytes = values.get(file)
    return bytes === undefined ? [] : [{ file, bytes }]
  })
  return [...(await chartValues(await chartPackage(bundle, chart.name))), ...own]
}

/** What the chart requests with the probes; nothing where it cannot be rendered with them. */
async function probe(
  one: BundledChart,
  candidates: readonly Candidate[],
  rendering: BundledRendering,
): Promise<readonly Row[] | undefined> {
  // No path of a bundle's file begins so.
  const file = '/probe'
  const values = new Map(one.values).set(file, Buffer.from(JSON.stringify(probing(candidates))))
  const chart = { ...one.chart, values: [...one.chart.values, file] }
  try {
    const [installed = []] = (await renderBundled({ ...one, chart, values }, rendering)).states
    return reportOf(installed, one.bundle.lock.budget).containers
  } catch (error) {
    if (error instanceof SealiftError && ['RENDER_FAILED', 'SPEC_INVALID'].includes(error.code))
      return undefined
    throw error
  }
}

const sameIn = (rows: readonly Row[], { object, container, init }: Row) =>
  rows.find(row => row.object === object && row.container === container && row.init === init)

function explained(row: Row, probed: Row | undefined, candidates: readonly Candidate[]): ExplainedContainer {
  const { chart, object, container, init, replicas, memory, cpu, memoryLimit, cpuLimit, field, span } = row
  const each = (figure: 'memory' | 'cpu' | 'memoryLimit' | 'cpuLimit') =>
    probed?.[figure] === undefined ? undefined : probed[figure] / Math.max(1, probed.replicas)
  const origins: Origin[] | undefined = probed && [
    ...(['memory', 'cpu', 'memoryLimit', 'cpuLimit'] as const)
      .filter(figure => row[figure] !== undefined)
      .map(figure => originOf(figure, each(figure), candidates)),
    originOf('replicas', probed.replicas, candidates),
  ]
  return {
    ...{ chart, object, container, init, replicas, memory, cpu, field, span },
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(cpuLimit === undefined ? {} : { cpuLimit }),
    ...(origins === undefined ? {} : { origins }),
  }
}
