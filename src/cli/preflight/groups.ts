import type { CheckGroup, Outcome, PreflightResult } from '../../site/preflight/index.ts'

/** What the groups are called, in the order in which they are shown. */
const titles: Readonly<Record<CheckGroup, string>> = {
  bundle: 'The bundle',
  cluster: 'The cluster',
  nodes: 'Its nodes',
  services: 'PostgreSQL, Dragonfly and keys',
  present: 'What is there already',
  upgrade: 'Upgrade of what is installed',
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

/** The checks of each group that has any, in order. */
export function grouped({ checks }: Pick<PreflightResult, 'checks'>) {
  return Object.entries(titles).flatMap(([group, title]) => {
    const own = checks.filter(check => check.group === group)
    return own.length > 0 ? [{ group, title, checks: own }] : []
  })
}

/** How it ended: `1 fault, 2 warnings, 21 ok`. */
export function countWords(counts: PreflightResult['counts']): string {
  const words = (['fault', 'warning', 'not-looked-at', 'ok'] as const).flatMap(result => {
    const number = counts[result]
    const several = number === 1 || result === 'ok' || result === 'not-looked-at' ? '' : 's'
    return number > 0 ? [`${number} ${outcomeWords[result]}${several}`] : []
  })
  return words.join(', ')
}
