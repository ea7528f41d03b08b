import type { Talk } from '../../src/kernel/ports/index.ts'

/** A talk that nobody hears, and what was said in it. */
export interface RecordedTalk extends Talk {
  /** Titles of the steps, in order. */
  readonly steps: readonly string[]
  /** Notes and warnings, in order. */
  readonly told: readonly string[]
}

/** A talk that goes on to its end, unless the test has a signal or progress of its own. */
export function recordedTalk(own: Partial<Pick<Talk, 'signal' | 'progressOn'>> = {}): RecordedTalk {
  const steps: string[] = []
  const told: string[] = []
  return {
    steps,
    told,
    reporter: {
      step: title => {
        steps.push(title)
        return { update() {}, done() {}, skip() {}, fail() {} }
      },
      note: text => void told.push(text),
      warn: text => void told.push(`warning: ${text}`),
    },
    signal: new AbortController().signal,
    progressOn: () => () => {},
    ...own,
  }
}
