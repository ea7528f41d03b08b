const mebi = 1024 * 1024

/** A server in a pod: its memory limit, its V8 heap (`--max-old-space-size`), and what came of it; all in MiB. */
export interface Measured {
  readonly limit: number
  readonly heap: number
  /** The most that it was seen to use, booting and under load, or how it died. */
  readonly seen: { readonly peak: number } | { readonly died: string }
}

/**
 * Measured with chart 1.7.5 and a server built from sources of July 2026, in pods of K3s 1.36.3 with 2 cores, in
 * November 2026. Node left to itself takes about half the limit as heap, and dies while booting even with 1000Mi.
 */
const plain: readonly Measured[] = [
  { limit: 512, heap: 512, seen: { died: 'was killed while booting' } },
  { limit: 640, heap: 480, seen: { died: 'crashed' } },
  { limit: 640, heap: 512, seen: { died: 'crashed while booting' } },
  { limit: 800, heap: 600, seen: { peak: 716 } },
  // 804 MiB while booting; a load harder than the one that 800Mi was measured with brought it to 962.
  { limit: 1000, heap: 768, seen: { peak: 962 } },
]

/** The same with {@link saving}, under that harder load: 524 MiB at rest before it, 602 after it. */
const saved: readonly Measured[] = [
  { limit: 1000, heap: 490, seen: { died: 'died under load' } },
  { limit: 1000, heap: 520, seen: { peak: 691 } },
]

/** What the servers of both tables took at rest, in MiB: kubelet's working set, minutes after their boot. */
export const restWith = { saving: 524, plain: 720 } as const

/**
 * What gives memory back, for Node (of 20 and 24, both tried) and for the C library of its image. Without source maps
 * a stack trace names lines of the compiled files, and with fewer threads the p95 of an answer was 310 ms instead of
 * 149 under 8 readers at once. `--import` because the image turns source maps on with an argument of its own.
 */
const saving = {
  options: ['--v8-pool-size=1', '--import=data:text/javascript,process.setSourceMapsEnabled(false)'],
  variables: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536', UV_THREADPOOL_SIZE: '2' },
}

/** What site.yaml says of the memory of Infisical's server. */
export interface WantedMemory {
  /** Wins over what was measured. */
  readonly heapMiB?: number | undefined
  readonly saving: boolean
}

/** How the memory of Infisical's server is bounded. */
export interface ServerMemory {
  /** For the environment of its container. */
  readonly variables: Readonly<Record<string, string>>
  /** What was measured, where the limit is too small for that and the site names no heap itself. */
  readonly warning?: string
}

/** What was measured of servers that save memory, or do not. */
export const measuredWith = (saving: boolean): readonly Measured[] => (saving ? saved : plain)

/** The environment for a container with this memory limit in bytes; without one V8 chooses its heap itself. */
export function serverMemory(limit: number | undefined, wanted: WantedMemory): ServerMemory {
  const table = measuredWith(wanted.saving)
  const limitMiB = limit === undefined ? undefined : Math.floor(limit / mebi)
  const heap = wanted.heapMiB ?? (limitMiB === undefined ? undefined : heapFor(limitMiB, table))
  const options = [
    ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
    ...(wanted.saving ? saving.options : []),
  ]
  const variables = {
    ...(options.length === 0 ? {} : { NODE_OPTIONS: options.join(' ') }),
    ...(wanted.saving ? saving.variables : {}),
  }
  const tooSmall = wanted.heapMiB === undefined && limitMiB !== undefined && limitMiB < least(table)
  return tooSmall ? { variables, warning: warning(limitMiB, table) } : { variables }
}

/**
 * Between limits that were measured and beyond them, the heap is the share of the limit that they had. Below, a
 * smaller heap only dies sooner: the smallest that ran stays, up to three quarters of the limit.
 */
function heapFor(limit: number, table: readonly Measured[]): number {
  const ran = table.filter(({ seen }) => 'peak' in seen)
  const above = ran.find(row => row.limit >= limit) ?? ran.at(-1)
  const below = ran.findLast(row => row.limit <= limit)
  if (above === undefined) throw new Error('in each table a server ran')
  if (below === undefined) return Math.floor(Math.min(above.heap, limit * 0.75))
  const way = above.limit === below.limit ? 0 : (limit - below.limit) / (above.limit - below.limit)
  const [low, high] = [below.heap / below.limit, above.heap / above.limit]
  return Math.floor(limit * (low + way * (high - low)) + 1e-6)
}

/** The least that a server which ran was seen to use at its peak. */
const least = (table: readonly Measured[]): number =>
  Math.min(...table.flatMap(({ seen }) => ('peak' in seen ? [seen.peak] : [])))

function warning(limit: number, table: readonly Measured[]): string {
  const rows = table.map(
    ({ limit, heap, seen }) =>
      `${limit}Mi with a heap of ${heap} ${'peak' in seen ? `ran and used up to ${seen.peak} MiB` : seen.died}`,
  )
  return `a memory limit of ${limit}Mi is likely too small for Infisical. Measured with a server of mid-2026: ${rows.join(', ')}`
}
