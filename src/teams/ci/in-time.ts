import { runInNewContext } from 'node:vm'
import { fieldsOf } from '../../kernel/objects/index.ts'

/** What some work gives, which nothing else could interrupt; `undefined` where it takes longer than these milliseconds. */
export function inTime<T>(work: () => T, milliseconds: number): { readonly value: T } | undefined {
  try {
    return { value: runInNewContext('work()', { work }, { timeout: milliseconds }) as T }
  } catch (error) {
    // It is of the other context: no Error of this one.
    if (fieldsOf(error)['code'] === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  }
}
