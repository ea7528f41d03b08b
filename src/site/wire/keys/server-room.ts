import { type Measured, measuredWith, restWith } from './heap.ts'

const mebi = 1024 * 1024

/**
 * From which versions on the tables of `heap.ts` speak of a server: reports of its size are of late 2025 on (v0.150),
 * and it was measured with sources of July 2026 (v0.165).
 */
const generation = { from: [0, 150], measured: [0, 165] } as const

/** How a server of Infisical runs, or will. */
export interface ServerSetting {
  /** Its image; the version is its tag, `v0.165.8`. */
  readonly image?: string | undefined
  /** Memory limit of its container in bytes. */
  readonly limit?: number | undefined
  /** Its NODE_OPTIONS. */
  readonly options: string
  /** The most bytes that a pod of it has held on this site since it started, by the kernel's mark. */
  readonly peak?: number | undefined
}

/** Share of a limit from which on what was held leaves no room. */
const full = 0.95

/** Whether heap and limit fit one another and the version. */
export interface ServerRoom {
  readonly enough: boolean
  readonly seen: string
  /** What to do where it is not enough. */
  readonly next?: string
}

/** Holds heap and limit of a server to what was measured of its version. Asks nobody. */
export function judgeServerRoom({ image, limit, options, peak: held }: ServerSetting): ServerRoom {
  const version = versionOf(image)
  const name = version === undefined ? 'Infisical (its image names no version)' : `Infisical ${version.text}`
  const heap = heapIn(options)
  const limitMiB = limit === undefined ? undefined : Math.floor(limit / mebi)
  const limited = limitMiB === undefined ? 'without a memory limit' : `under a limit of ${limitMiB}Mi`
  if (heap === undefined) {
    const seen = `${name} has no V8 heap set ${limited}: Node takes half of that, or what its image says`
    return limitMiB === undefined
      ? { enough: true, seen }
      : {
          enough: false,
          seen,
          next: 'run sealift install, which sets it; memory.heapMiB in the site file names another',
        }
  }
  const has = `${name} has a V8 heap of ${heap} MiB ${limited}`
  if (version !== undefined && before(version.number, generation.from))
    return {
      enough: true,
      seen: `${has}; servers before v${generation.from.join('.')} were not measured under load, one of October 2024 used 287 MB at rest`,
    }
  const newer = version !== undefined && before(generation.measured, version.number)
  const measured = newer ? `measured with v${generation.measured.join('.')}, which is older` : 'measured'
  const table = measuredWith(savesMemory(options))
  const { least, beyond, died } = summary(table)
  if (heap < least)
    return {
      enough: false,
      seen: `${has}; ${measured}: ${least} held${died.length > 0 ? `, ${died.join(' and ')} died` : ''}`,
      next: `memory.heapMiB: ${least} in the site file, or none there, and a limit of at least ${least + beyond}Mi in the chart's values`,
    }
  const peak = heap + beyond
  if (limitMiB !== undefined && limitMiB < peak)
    return {
      enough: false,
      seen: `${has}, which leaves no room; ${measured}: a server comes to ${beyond} MiB beyond its heap, ${peak} MiB with this one`,
      next: `raise the limit to ${peak}Mi in the chart's values (infisical.resources.limits.memory), then lock, build and install`,
    }
  const here =
    held === undefined ? '' : `; here it has come to ${Math.ceil(held / mebi)} MiB since it started`
  const seen = `${has}; ${measured}: ${least} held, and a peak ${beyond} MiB beyond the heap${here}`
  return limit === undefined || held === undefined || held < limit * full
    ? { enough: true, seen }
    : {
        enough: false,
        seen: `${seen}, page cache included, which leaves no room`,
        next: "sealift budget fit says to what the limit is to be raised in the chart's values (infisical.resources.limits.memory)",
      }
}

/**
 * The least heap in MiB that held a hard load with or without `memory.saving`, how far a server comes beyond it at its
 * peak, and what it took at rest.
 */
export function leastHeap(saving: boolean): { heap: number; beyond: number; rest: number } {
  const { least, beyond } = summary(measuredWith(saving))
  return { heap: least, beyond, rest: saving ? restWith.saving : restWith.plain }
}

/** The heap that NODE_OPTIONS name, in MiB; the last one counts, and Node takes both hyphens and underscores. */
export function heapIn(options: string): number | undefined {
  const found = [...options.matchAll(/(?:^|\s)--max[-_]old[-_]space[-_]size[=\s](\d+)/g)].at(-1)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Whether options are those of `memory.saving`. */
export const savesMemory = (options: string): boolean => options.includes('setSourceMapsEnabled(false)')

/** The version that an image's tag names, `v0.165.8` or `v0.111.0-postgres`. */
function versionOf(image = ''): { text: string; number: readonly [number, number] } | undefined {
  const [, tag = ''] = /:([^:@/]+)(?:@.*)?$/.exec(image) ?? []
  const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+/.exec(tag) ?? []
  return major === undefined ? undefined : { text: tag, number: [Number(major), Number(minor)] }
}

const before = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])

/** The least heap that held a hard load, those below it that died, and how far a server comes beyond its heap at its peak. */
function summary(table: readonly Measured[]) {
  const ran = table.flatMap(({ heap, seen }) => ('peak' in seen ? [{ heap, peak: seen.peak }] : []))
  const least = Math.min(...ran.map(({ heap }) => heap))
  const dead = new Set(table.flatMap(({ heap, seen }) => ('died' in seen && heap < least ? [heap] : [])))
  return {
    least,
    beyond: Math.max(...ran.map(({ heap, peak }) => peak - heap)),
    died: [...dead].sort((a, b) => a - b),
  }
}
