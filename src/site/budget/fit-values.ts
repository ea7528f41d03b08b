import * as z from 'zod'
import { printCpu } from '../../bundle/declared/index.ts'
import type { BudgetFit } from './fit.ts'
import { type FittedContainer, isServer } from './fit-container.ts'

const mebi = 1024 * 1024

/** One value that would change: of a chart by its path in the values, or of the site file. */
export const valueChange = z.strictObject({
  /** Name of the chart; absent for the site file. */
  chart: z.string().exactOptional(),
  path: z.string(),
  before: z.string(),
  after: z.string(),
})
export type ValueChange = z.infer<typeof valueChange>

/**
 * Where the charts of External Secrets Operator and Infisical have the values of their containers. Sources: values.yaml of
 * both charts (0.20.4, 1.7.5); of others only the field of the object is known.
 */
const placeOf = (one: FittedContainer): string | undefined => {
  if (isServer(one)) return 'infisical.'
  if (one.container === 'webhook') return 'webhook.'
  if (one.container === 'cert-controller') return 'certController.'
  return one.container === 'external-secrets' ? '' : undefined
}

/** What a fit changes, in values of charts and in the site file; what is as it should be is left out. */
export function changesOf({ containers, heap, saving, concurrent }: BudgetFit): ValueChange[] {
  const operator = containers.find(({ container }) => container === 'external-secrets')
  const workers = { path: 'concurrent', before: `${concurrent.before}`, after: `${concurrent.after}` }
  return [
    ...containers.flatMap(one => changesIn(one)),
    ...(operator === undefined || concurrent.before === concurrent.after
      ? []
      : [{ chart: operator.chart, ...workers }]),
    ...(saving ? [] : [{ path: 'memory.saving', before: 'false', after: 'true' }]),
    ...(heap.before === heap.after
      ? []
      : [{ path: 'memory.heapMiB', before: heap.before?.toString() ?? 'none', after: `${heap.after}` }]),
  ]
}

function changesIn(fitted: FittedContainer): ValueChange[] {
  const { chart, field, left, before, after } = fitted
  const place = placeOf(fitted)
  if (left) return [{ chart, path: `${place ?? field}create`, before: 'true', after: 'false' }]
  const at = place === undefined ? `${field}.` : `${place}resources.`
  const pairs = [
    ['requests.memory', memory(before.memory), memory(after.memory)],
    ['requests.cpu', printCpu(before.cpu), printCpu(after.cpu)],
    ['limits.memory', memory(before.memoryLimit), memory(after.memoryLimit)],
  ] as const
  const count = `${place ?? `${field} of `}replicaCount`
  const pods =
    before.replicas === after.replicas
      ? []
      : [{ chart, path: count, before: `${before.replicas}`, after: `${after.replicas}` }]
  return [
    ...pods,
    ...pairs.flatMap(([path, before, after]) =>
      before === after ? [] : [{ chart, path: at + path, before, after }],
    ),
  ]
}

const memory = (bytes: number | undefined): string =>
  bytes === undefined ? 'none' : `${Math.ceil(bytes / mebi)}Mi`

/** The same as values files, a chart each, that go behind the others; without what has no place in the values. */
export function valuesOf(changes: readonly ValueChange[]): Map<string, Readonly<Record<string, unknown>>> {
  const files = new Map<string, Record<string, unknown>>()
  for (const { chart, path, after } of changes) {
    if (chart === undefined || path.includes(' ')) continue
    const file = files.get(chart) ?? {}
    files.set(chart, file)
    const words = path.split('.')
    const last = words.pop() ?? ''
    const inner = words.reduce<Record<string, unknown>>((at, word) => {
      const next = (at[word] ?? {}) as Record<string, unknown>
      at[word] = next
      return next
    }, file)
    inner[last] = /(^|\.)(concurrent|replicaCount)$/.test(path)
      ? Number(after)
      : path.endsWith('.create')
        ? false
        : after
  }
  return files
}
