import type { Outcome, PreflightCheck, PreflightResult } from '../../site/preflight/index.ts'
import { facts, html, type Markup, mono, page, records, section, verdict } from '../page/index.ts'
import { countWords, grouped, outcomeWords } from './groups.ts'

const states = {
  ok: 'good',
  warning: 'care',
  fault: 'bad',
  'not-looked-at': 'care',
} as const satisfies Record<Outcome, string>

/** A preflight as one page for the change ticket: the sum, what is not well, then everything that was looked at. */
export function preflightPage(found: PreflightResult): string {
  const { site, bundle, at, by, counts, checks, ok } = found
  const [state, word] = ok
    ? (['good', 'Nothing stands in the way'] as const)
    : (['bad', 'An install would not go through'] as const)
  const open = checks.filter(({ result }) => result !== 'ok')
  return page({
    kind: 'Preflight',
    title: `Site ${site}`,
    lead: html`${verdict(state, word)}: ${countWords(counts)}. Nothing was changed on the site.`,
    body: [
      section(
        'What was looked at',
        facts([
          [
            'Bundle',
            html`${bundle.path}${bundle.version === undefined ? '' : `, version ${bundle.version}`}`,
          ],
          ['Digest', bundle.digest && mono(bundle.digest)],
          ['When', at],
          ['By', by],
        ]),
      ),
      ...(open.length > 0 ? [section('To be seen to', tableOf(ranked(open)))] : []),
      ...grouped(found).map(group => section(group.title, tableOf(group.checks))),
    ],
    foot: `Written by sealift preflight at ${at}`,
  })
}

const order: readonly Outcome[] = ['fault', 'warning', 'not-looked-at', 'ok']

function ranked(checks: readonly PreflightCheck[]): PreflightCheck[] {
  return checks.toSorted((a, b) => order.indexOf(a.result) - order.indexOf(b.result))
}

function tableOf(checks: readonly PreflightCheck[]): Markup {
  return records({
    columns: [{ title: 'Check' }, { title: 'Result' }],
    rows: checks.map(({ id, title, result, seen, next }) => [
      html`${title}<br>${mono(id)}`,
      html`${verdict(states[result], outcomeWords[result])}: ${seen}${next === undefined ? '' : html`<br>→ ${next}`}`,
    ]),
  })
}
