import type { CheckGroup, Outcome, PreflightResult } from '../site/preflight/index.ts'

/** What the groups are called, in the order in which they are shown. */
export const groupTitles: Readonly<Record<CheckGroup, string>> = {
  bundle: 'The bundle',
  cluster: 'The cluster',
  nodes: 'Its nodes',
  services: 'PostgreSQL, Dragonfly and keys',
  present: 'What is there already',
  admission: 'What is let in',
  access: 'How people get there',
}

/** What the outcomes are called. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  ok: 'ok',
  warning: 'warning',
  fault: 'fault',
  'not-looked-at': 'not looked at',
}

const signs: Readonly<Record<Outcome, string>> = { ok: '✔', warning: '!', fault: '✖', 'not-looked-at': '?' }

/** The checks of each group that has any, in order. */
export function grouped({ checks }: Pick<PreflightResult, 'checks'>) {
  return Object.entries(groupTitles).flatMap(([group, title]) => {
    const own = checks.filter(check => check.group === group)
    return own.length > 0 ? [{ group, title, checks: own }] : []
  })
}

/** A preflight for people: a table for each group, what to do below what is not well, and the sum. */
export function preflightText(found: PreflightResult): string {
  const width = Math.max(...found.checks.map(({ id }) => id.length))
  const parts = grouped(found).map(({ title, checks }) => {
    const lines = checks.flatMap(({ id, result, seen, next }) => {
      const word = result === 'ok' ? '' : `${outcomeWords[result]}: `
      const line = `  ${signs[result]} ${id.padEnd(width)}  ${word}${seen}`
      return next === undefined ? [line] : [line, `${' '.repeat(width + 6)}→ ${next}`]
    })
    return [title, ...lines].join('\n')
  })
  return `${parts.join('\n\n')}\n\n${sumText(found)}`
}

/** How it ended, in a line. */
export function sumText({ counts, site }: Pick<PreflightResult, 'counts' | 'site'>): string {
  const parts = (['fault', 'warning', 'not-looked-at', 'ok'] as const).flatMap(result =>
    counts[result] > 0 ? [`${counts[result]} ${outcomeWords[result]}`] : [],
  )
  return `site ${site}: ${parts.join(', ')}; nothing was changed`
}
