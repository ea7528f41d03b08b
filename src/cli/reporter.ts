import { printable } from '../kernel/errors/index.ts'
import type { Reporter, StepReport } from '../kernel/ports/index.ts'
import { tail } from './duration.ts'
import { signs } from './paint.ts'

/** Where talk goes: stderr, or a test's stand-in for it. */
export interface TalkStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** A reporter that warns, and says nothing else. */
export function quietReporter(stream: TalkStream): Reporter {
  return {
    step: () => ({ update() {}, done() {}, skip() {}, fail() {} }),
    note() {},
    warn: text => stream.write(`! ${text}\n`),
  }
}

/** One line when a step starts and one when it ends, and a line of progress at most every 5 seconds. */
export function plainReporter(stream: TalkStream): Reporter {
  const say = (text: string) => stream.write(`${text}\n`)
  const sign = signs(stream)
  return {
    step(title): StepReport {
      const started = Date.now()
      let spoken = started
      say(`… ${title}`)
      return {
        update(detail) {
          if (Date.now() - spoken < 5000) return
          spoken = Date.now()
          say(`  ${title}: ${detail}`)
        },
        done: detail => say(`${sign.done} ${title}${tail(detail, started)}`),
        skip: detail => say(`${sign.skip} ${title} · ${detail}`),
        fail: detail => say(`${sign.fail} ${title}${tail(detail, started)}`),
      }
    },
    note: text => say(`  ${text}`),
    warn: text => say(`${sign.warn} ${text}`),
  }
}

/** A reporter whose words are fit for a terminal: paths, versions and answers in them may be anybody's. */
function shown(inner: Reporter): Reporter {
  const plain = (text: string) => printable(text, 2000)
  const plainIf = (text: string | undefined) => (text === undefined ? undefined : plain(text))
  return {
    step(title) {
      const step = inner.step(plain(title))
      return {
        update: detail => step.update(plain(detail)),
        done: detail => step.done(plainIf(detail)),
        skip: detail => step.skip(plain(detail)),
        fail: detail => step.fail(plainIf(detail)),
      }
    },
    note: text => inner.note(plain(text)),
    warn: text => inner.warn(plain(text)),
  }
}

/** The reporter that fits: warnings alone when asked to be quiet, a spinner on a terminal, plain lines elsewhere. */
export async function createReporter(
  quiet: boolean,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<Reporter> {
  // A console may have no width: ora would clear lines without end.
  const spins = stream.isTTY && stream.columns > 0 && process.env['TERM'] !== 'dumb'
  if (quiet) return shown(quietReporter(stream))
  if (!spins) return shown(plainReporter(stream))
  // Heavy: loaded here, so that verbs start fast where nobody watches.
  const { terminalReporter } = await import('./spinner.ts')
  return shown(terminalReporter(stream))
}
