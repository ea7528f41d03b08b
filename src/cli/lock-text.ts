import type { BundleLock } from '../bundle/lock/index.ts'
import { count } from '../kernel/errors/index.ts'
import { mebibytes } from './progress.ts'

/** Memory in bytes, CPU in millicores. */
interface Amount {
  readonly memory: number
  readonly cpu: number
}

/** What `lock` found, in this shape. */
export interface Locked {
  readonly specDir: string
  readonly path: string
  /** Whether every suspect was to be taken that a registry has. */
  readonly accept: boolean
  /** What differs from the lock that lay there; `undefined` when none did. */
  readonly drift: readonly { readonly sentence: string }[] | undefined
  readonly lock: Readonly<Record<'charts' | 'images' | 'tools' | 'suspects', readonly unknown[]>>
  readonly budget: Readonly<Record<'declared' | 'surge' | 'temporary', Amount>>
}

/**
 * A lock for people: what it holds, what has changed, and what the pods request for a while beside what they do at rest;
 * last how many suspects it does not carry.
 */
export function lockText({ specDir, path, accept, drift, lock, budget }: Locked): string {
  const { charts, images, tools, suspects } = lock
  const { declared, surge, temporary } = budget
  const whole = { memory: declared.memory + surge.memory, cpu: declared.cpu + surge.cpu }
  return [
    `${path}: ${count(charts.length, 'chart')}, ${count(images.length, 'image')}, ${count(tools.length, 'tool')}`,
    ...(drift ?? []).map(({ sentence }) => `  ${sentence}`),
    ...(drift?.length === 0 ? ['  nothing has changed'] : []),
    ...(some(surge) ? [`  a rolling update adds ${amount(surge)} for a while: ${amount(whole)}`] : []),
    ...(some(temporary) ? [`  Jobs and hooks take ${amount(temporary)} together while they run`] : []),
    `  ${count(suspects.length, 'suspect')} not taken${suspects.length === 0 ? '' : `: ${accept ? 'not to be had, see above' : remedy(specDir)}`}`,
  ].join('\n')
}

/** A line for each suspect that is not taken, and for each that was to be and is in no registry. */
export function suspectLines(
  { suspects }: Pick<BundleLock, 'suspects'>,
  missing: readonly { readonly name: string; readonly why: string }[],
): string[] {
  return [
    ...suspects.map(
      ({ text, chart, object, field }) =>
        `${text} (${chart} ${object} ${field}) looks like an image, but is not proven to be one`,
    ),
    ...missing.map(
      ({ name, why }) => `${why.startsWith(name) ? '' : `${name}: `}${why}; it is a suspect still`,
    ),
  ]
}

const remedy = (specDir: string): string =>
  `list those that are images under acceptSuspects in bundle.yaml, or take all with: sealift lock ${specDir} --accept-suspects`

const some = ({ memory, cpu }: Amount): boolean => memory > 0 || cpu > 0

const amount = ({ memory, cpu }: Amount): string => `${mebibytes(memory)} / ${cpu}m`
