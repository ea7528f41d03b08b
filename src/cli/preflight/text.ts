import type { Outcome, PreflightResult } from '../../site/preflight/index.ts'
import { countWords, grouped, outcomeWords } from './groups.ts'

const signs: Readonly<Record<Outcome, string>> = { ok: '✔', warning: '!', fault: '✖', 'not-looked-at': '?' }

/** A preflight for people: a table for each group, what to do below what is not well, and the sum. */
export function preflightText(found: PreflightResult): string {
  const width = found.checks.reduce((most, { id }) => Math.max(most, id.length), 0)
  const parts = grouped(found).map(({ title, checks }) => {
    const lines = checks.flatMap(({ id, result, seen, next }) => {
      const word = result === 'ok' ? '' : `${outcomeWords[result]}: `
      const line = `  ${signs[result]} ${id.padEnd(width)}  ${word}${seen}`
      return next === undefined ? [line] : [line, `${' '.repeat(width + 6)}→ ${next}`]
    })
    return [title, ...lines].join('\n')
  })
  return `${parts.join('\n\n')}\n\nsite ${found.site}: ${countWords(found.counts)}; nothing was changed`
}
