import ora from 'ora'
import { printable } from '../kernel/errors/index.ts'
import type { Reporter, StepReport } from '../kernel/ports/index.ts'
import { paints, signs } from './paint.ts'
import { columnsOf, cut } from './width.ts'

/** Where talk goes: stderr, or a test's stand-in for it. */
export interface TalkStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Seconds with one decimal, or minutes from two minutes on. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 120) return `${seconds.toFixed(1)}s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}m ${whole % 60}s`
}

/** A reporter that warns, and says nothing else. */
export function quietReporter(stream: TalkStream): Reporter {
  return {
    step: () => ({ update() {}, done() {}, skip() {}, fail() {} }),
    note() {},
    warn: text => stream.write(`! ${text}\n`),
  }
}

function tail(detail: string | undefined, started: number): string {
  return `${detail === undefined ? '' : ` · ${detail}`} · ${duration(Date.now() - started)}`
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

/**
 * One spinner on a terminal, with a line for each step under way, cut to its width; a step that ends leaves its line
 * above, whole.
 */
export function terminalReporter(stream: NodeJS.WriteStream): Reporter {
  // Our own signal handling ends the work cleanly; ora must not swallow Ctrl-C.
  const spinner = ora({ stream, discardStdin: false, color: paints(stream) ? 'cyan' : false })
  const sign = signs(stream)
  const under = new Set<{ text: string }>()
  const show = () => {
    // Two columns are the spinner's, and one stays free: some terminals go on in the next line behind the last one.
    const room = Math.max(1, columnsOf(stream) - 3)
    spinner.text = [...under].map(({ text }) => cut(text, room)).join('\n  ')
    if (under.size > 0) spinner.start()
  }
  const persist = (symbol: string, text: string) => spinner.stopAndPersist({ symbol, text })
  // Only while something spins: a listener that stays would be one for each reporter.
  const resized = () => {
    show()
    spinner.render()
  }
  return {
    step(title): StepReport {
      const started = Date.now()
      const step = { text: title }
      if (under.size === 0) stream.on('resize', resized)
      under.add(step)
      show()
      const end = (last: () => unknown) => {
        under.delete(step)
        if (under.size === 0) stream.off('resize', resized)
        last()
        show()
      }
      return {
        update(detail) {
          step.text = `${title} · ${detail}`
          if (under.has(step)) show()
        },
        done: detail => end(() => persist(sign.done, `${title}${tail(detail, started)}`)),
        skip: detail => end(() => persist(sign.skip, `${title} · ${detail}`)),
        fail: detail => end(() => persist(sign.fail, `${title}${tail(detail, started)}`)),
      }
    },
    note: text => stream.write(`  ${text}\n`),
    warn: text => stream.write(`${sign.warn} ${text}\n`),
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
export function createReporter(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Reporter {
  // A console may have no width: ora would clear lines without end.
  const spins = stream.isTTY && stream.columns > 0 && process.env['TERM'] !== 'dumb'
  return shown(quiet ? quietReporter(stream) : spins ? terminalReporter(stream) : plainReporter(stream))
}
