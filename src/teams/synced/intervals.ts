import { fieldsOf, refreshSeconds, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'

// What a look may take: with few workers hundreds of objects wait for one another.
const slack = 600

/** When an object is looked at again. */
export interface Due {
  /** Whether it never is: what it has it keeps. */
  readonly never: boolean
  /** Whether that should have been long ago. */
  readonly isOverdue: boolean
  /** In words: `within the next 12 minutes`. */
  readonly when: string
}

/** Tells from an object's interval and its last look. @param now milliseconds since 1970 */
export function dueOf(object: KubernetesObject, now: number): Due {
  const { refreshInterval, refreshPolicy } = fieldsOf(object['spec'])
  const seconds = refreshSeconds(refreshInterval)
  const { refreshTime } = textsIn(object['status'])
  const last = refreshTime === undefined ? Number.NaN : Date.parse(refreshTime)
  const never = refreshPolicy === 'CreatedOnce' || refreshPolicy === 'OnChange' || seconds === 0
  if (Number.isNaN(last)) return { never, isOverdue: false, when: 'with its first look' }
  const left = (last - now) / 1000 + seconds
  const minutes = Math.max(1, Math.ceil(left / 60))
  return { never, isOverdue: !never && left < -slack, when: `within ${minutes} min` }
}
