import type { Reporter } from '../../src/kernel/ports/index.ts'

/** A reporter that keeps what it is told, a line each: how a step began, got on and ended, notes and warnings. */
export function recordingReporter(): { readonly lines: string[]; readonly reporter: Reporter } {
  const lines: string[] = []
  const say = (sign: string, title: string) => (detail?: string) => {
    lines.push(`${sign} ${title}${detail === undefined ? '' : `: ${detail}`}`)
  }
  const reporter: Reporter = {
    step(title) {
      say('…', title)()
      return {
        update: say('~', title),
        done: say('✔', title),
        skip: say('=', title),
        fail: say('✖', title),
      }
    },
    note: text => say('note', text)(),
    warn: text => say('!', text)(),
  }
  return { lines, reporter }
}
