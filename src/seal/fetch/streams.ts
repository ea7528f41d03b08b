import type { Clock } from '../../kernel/ports/index.ts'

/** Says how many streams should run at once, from how fast bytes come. */
export interface Streams {
  readonly wanted: number
  /** Told of bytes that were written. */
  moved(bytes: number): void
  /** Told that a stream broke off: a registry or a link that has too much gets less. */
  broke(): void
}

/** How many run at first. */
export const firstStreams = 3
const window = 1000
const worthwhile = 1.1
const patience = 10

/**
 * Begins with 3 streams and adds one a second for as long as each makes it a tenth faster; one that does not is taken
 * back, and tried again ten seconds later. Never more than `most`.
 */
export function adaptiveStreams(most: number, clock: Clock): Streams {
  let wanted = Math.min(firstStreams, most)
  let before = 0
  let bytes = 0
  let since = clock.now()
  let waiting = 0
  let grown = false
  const judge = (rate: number) => {
    const paid = !grown || rate >= before * worthwhile
    grown = paid && waiting === 0 && wanted < most
    if (grown) wanted++
    else if (!paid) wanted--
    waiting = paid ? Math.max(0, waiting - 1) : patience
    before = rate
  }
  return {
    get wanted() {
      return wanted
    },
    moved(count) {
      bytes += Math.max(0, count)
      const passed = clock.now() - since
      if (passed < window) return
      judge(bytes / passed)
      bytes = 0
      since = clock.now()
    },
    broke() {
      wanted = Math.max(1, Math.floor(wanted / 2))
      grown = false
      waiting = patience
    },
  }
}
