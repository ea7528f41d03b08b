import { count } from '../kernel/errors/index.ts'
import { mebibytes } from './progress.ts'

/** Memory in bytes, CPU in millicores. */
interface Amount {
  readonly memory: number
  readonly cpu: number
}

/** What `lock` found, in this shape. */
export interface Locked {
  readonly path: string
  /** What differs from the lock that lay there; `undefined` when none did. */
  readonly drift: readonly { readonly sentence: string }[] | undefined
  readonly lock: Readonly<Record<'charts' | 'images' | 'tools', readonly unknown[]>>
  readonly budget: Readonly<Record<'declared' | 'surge' | 'temporary', Amount>>
}

/** A lock for people: what it holds, what has changed, and what the pods request for a while beside what they do at rest. */
export function lockText({ path, drift, lock: { charts, images, tools }, budget }: Locked): string {
  const { declared, surge, temporary } = budget
  const whole = { memory: declared.memory + surge.memory, cpu: declared.cpu + surge.cpu }
  return [
    `${path}: ${count(charts.length, 'chart')}, ${count(images.length, 'image')}, ${count(tools.length, 'tool')}`,
    ...(drift ?? []).map(({ sentence }) => `  ${sentence}`),
    ...(drift?.length === 0 ? ['  nothing has changed'] : []),
    ...(some(surge) ? [`  a rolling update adds ${amount(surge)} for a while: ${amount(whole)}`] : []),
    ...(some(temporary) ? [`  Jobs and hooks take ${amount(temporary)} together while they run`] : []),
  ].join('\n')
}

const some = ({ memory, cpu }: Amount): boolean => memory > 0 || cpu > 0

const amount = ({ memory, cpu }: Amount): string => `${mebibytes(memory)} / ${cpu}m`
