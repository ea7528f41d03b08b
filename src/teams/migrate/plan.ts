import { keptValue } from '../../kernel/access/index.ts'
import type { Secret } from '../../kernel/ports/index.ts'
import type { Doubt, Found, Origin } from './found.ts'
import { byName, sizeOf } from './unfit/index.ts'

/** What would become of a secret that was found: `left` is one that is refused, `again` one that is in another file too. */
export type Change = 'create' | 'change' | 'equal' | 'left' | 'again'

/** One secret that was found, and what would become of it. */
export interface Planned {
  readonly found: Found
  readonly change: Change
  /** Of its value, in UTF-8. */
  readonly bytes: number
}

/**
 * What would become of each secret that was found.
 * @param there what the folder has
 */
export function planned(
  found: readonly Found[],
  doubts: readonly Doubt[],
  there: ReadonlyMap<string, Secret>,
): Planned[] {
  const refused = new Set(doubts.filter(({ kind }) => kind === 'refused').map(({ from }) => keyOf(from)))
  const first = new Set([...byName(found).values()].map(([one]) => one))
  return found.map(one => ({
    found: one,
    bytes: sizeOf(one.value),
    change: refused.has(keyOf(one.from)) ? 'left' : first.has(one) ? changeOf(one, there) : 'again',
  }))
}

function changeOf({ name, value }: Found, there: ReadonlyMap<string, Secret>): Change {
  const now = there.get(name)
  if (now === undefined) return 'create'
  return isKept(now, value) ? 'equal' : 'change'
}

/** Whether what a server has is what it would keep of a value. */
export function isKept(now: Secret | undefined, value: Secret): boolean {
  // Half a character (a lone surrogate) does not come through UTF-8.
  return now?.reveal() === keptValue(value.reveal()).toWellFormed()
}

/** Text that is the same for the same place alone. */
export const keyOf = ({ file, at }: Origin): string => JSON.stringify([file, at])
