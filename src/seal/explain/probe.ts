import { isMapping } from '../../kernel/objects/index.ts'
import { readPackage } from '../../kernel/packages/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import type { Origin } from './explained.ts'

/** A place in values that may make a figure, and the file that sets it last. */
export interface Candidate {
  readonly path: readonly string[]
  readonly kind: 'memory' | 'cpu' | 'replicas'
  /** Of the bundle; the chart's own values where there is none. */
  readonly file?: string
  /** What it is set to for a probe, as a figure: bytes, millicores, pods. */
  readonly probe: number
}

// Figures that nobody asks for, and no two alike. A chart may multiply pods: few.
const first = { memory: 1_000_003, cpu: 10_007, replicas: 11 } as const
const apart = { memory: 4096, cpu: 3, replicas: 1 } as const
// Real charts have some dozens.
const most = 500

/** Values files by their names, those of the chart itself first, under no name. */
export type NamedValues = readonly { readonly file?: string; readonly bytes: Uint8Array }[]

/** The values.yaml of a packed chart itself; its subcharts' are theirs. */
export async function chartValues(packed: Uint8Array): Promise<NamedValues> {
  const found = await readPackage(packed, path => /^[^/]+\/values\.yaml$/.test(path))
  return [...found.values()].map(bytes => ({ bytes }))
}

/** The places in values files that look as if they were requests, limits or a number of pods; a probe for each. */
export function candidatesIn(files: NamedValues): Candidate[] {
  const found = new Map<string, Omit<Candidate, 'probe'>>()
  for (const { file, bytes } of files)
    for (const [path, kind] of places(read(bytes), []))
      found.set(JSON.stringify(path), { path, kind, ...(file === undefined ? {} : { file }) })
  const counts = { memory: 0, cpu: 0, replicas: 0 }
  return [...found.values()]
    .slice(0, most)
    .map(one => ({ ...one, probe: first[one.kind] + apart[one.kind] * counts[one.kind]++ }))
}

/** What helm would read otherwise or not at all has no places: figures of it are the template's then. */
function read(bytes: Uint8Array): unknown {
  try {
    return parseManifests(Buffer.from(bytes).toString('utf8'))[0]
  } catch {
    return undefined
  }
}

function* places(
  value: unknown,
  path: readonly string[],
): Generator<readonly [readonly string[], Candidate['kind']]> {
  if (!isMapping(value) || path.length > 20) return
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key]
    const isScalar = typeof inner === 'string' || typeof inner === 'number'
    if (isScalar && /^(memory|cpu)$/.test(key)) yield [at, key as 'memory' | 'cpu']
    else if (typeof inner === 'number' && /replica/i.test(key)) yield [at, 'replicas']
    else yield* places(inner, at)
  }
}

/** Values that set every candidate to its probe, to go behind all others. */
export function probing(candidates: readonly Candidate[]): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = Object.create(null)
  for (const { path, kind, probe } of candidates) {
    const last = path.at(-1) ?? ''
    const at = path.slice(0, -1).reduce<Record<string, unknown> | undefined>((inner, word) => {
      const next = inner && (inner[word] ?? Object.create(null))
      // One file's text may be another's mapping.
      if (inner === undefined || !isMapping(next)) return undefined
      inner[word] = next
      return next as Record<string, unknown>
    }, values)
    if (at !== undefined && !isMapping(at[last]))
      at[last] = { memory: String(probe), cpu: `${probe}m`, replicas: probe }[kind]
  }
  return values
}

/** Which candidate made a figure of a probe; the template where none did. */
export function originOf(
  figure: Origin['figure'],
  seen: number | undefined,
  candidates: readonly Candidate[],
): Origin {
  const kind = figure.startsWith('memory') ? 'memory' : figure.startsWith('cpu') ? 'cpu' : 'replicas'
  const made = candidates.find(one => one.kind === kind && one.probe === seen)
  if (made === undefined) return { figure, in: 'template', words: 'the chart’s template' }
  const value = made.path.join('.')
  return made.file === undefined
    ? { figure, in: 'chart', value, words: `the chart’s own values: ${value}` }
    : { figure, in: 'values', file: made.file, value, words: `${made.file}: ${value}` }
}
