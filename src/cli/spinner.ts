import ora from 'ora'
import type { Reporter, StepReport } from '../kernel/ports/index.ts'
import { tail } from './duration.ts'
import { paints, signs } from './paint.ts'
import { columnsOf, cut } from './width.ts'

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
