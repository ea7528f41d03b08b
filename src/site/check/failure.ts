import type { SealiftError } from '../../kernel/errors/index.ts'
import type { Verdict } from './verdict.ts'

/**
 * The verdict on a thing that could not be asked, or whose answer was an error: its words, and what it says to do;
 * `next` where it says nothing.
 */
export function judgeFailure(id: string, { message, faults, hints }: SealiftError, next: string): Verdict {
  // Faults are often what the message sums up already.
  const more = faults.filter(fault => !message.includes(fault))
  const hint = hints.join('; ') || next
  return { id, ok: false, message: [message, ...more].join('; '), hint }
}

/** The verdict on a thing that was not tried, because of what it rests on: no other fault of its own is known. */
export function judgeUntried(id: string, because: readonly Verdict[]): Verdict {
  const ids = because.map(({ id }) => id).join(', ')
  const hint = 'mend that first, then run sealift check again'
  return { id, ok: false, message: `not tried, because of ${ids}`, hint }
}
