import type { BudgetRow } from '../../site/check/index.ts'
import { html, type Markup } from '../page/index.ts'
import { mebibytes } from '../progress.ts'
import { drawn, type Width } from './drawing.ts'

const height = 12

/**
 * What each container has in memory: a bar for what is observed and a thinner one for its peak, with a line where its request
 * ends and a stronger one at its limit.
 */
export function containerBars(rows: readonly BudgetRow[], width: Width): Markup {
  const wide = width === 'wide'
  const [right, row, above] = wide ? [700, 44, 18] : [320, 72, 46]
  const most = Math.max(
    1,
    ...rows.flatMap(({ memory, limit, observed, peak }) => [
      ...[memory, limit?.memory ?? 0, observed?.memory ?? 0, peak ?? 0],
    ]),
  )
  const at = (value: number) => Math.round((value / most) * right * 10) / 10
  const mark = (value: number, top: number, stroke: number) =>
    html`<line class="limit" x1="${at(value)}" x2="${at(value)}" y1="${top - 2}" y2="${top + height + 8}" stroke-width="${stroke}"/>`
  const body = rows.map((one, i) => {
    const top = i * row + above
    const { memory, limit, observed, peak } = one
    // What is one line is three on a phone.
    const lines = wide
      ? [`${one.container}: ${words(one).join(', ')}`]
      : [short(one.container), ...words(one)]
    const texts = lines.map(
      (text, at) => html`<text x="0" y="${top - 4 - (lines.length - 1 - at) * 14}">${text}</text>`,
    )
    return html`${texts}<rect class="second" x="0" y="${top}" width="${at(observed?.memory ?? 0)}" height="${height}"/>${
      peak === undefined
        ? ''
        : html`<rect class="${limit?.memory !== undefined && peak > limit.memory * 0.9 ? 'over' : 'bar'}" x="0" y="${top + height + 2}" width="${at(peak)}" height="4"/>`
    }${mark(memory, top, 0.75)}${limit?.memory === undefined ? '' : mark(limit.memory, top, 2)}
`
  })
  return drawn({
    ...{ id: 'containers', width, title: 'Memory of each container', height: rows.length * row + 4 },
    description: rows.map(one => `${one.container}: ${words(one).join(', ')}`).join('; '),
    body,
  })
}

/** What is used, and what is asked for and bounds it. */
function words({ memory, limit, observed, peak }: BudgetRow): [string, string] {
  const used = observed === undefined ? 'not measured' : `observed ${mebibytes(observed.memory)}`
  const asked = `requests ${mebibytes(memory)}`
  return [
    peak === undefined ? used : `${used}, peak ${mebibytes(peak)}`,
    limit?.memory === undefined ? asked : `${asked}, limit ${mebibytes(limit.memory)}`,
  ]
}

/** A name as far as a phone is wide. */
const short = (name: string) => (name.length > 40 ? `${name.slice(0, 39)}…` : name)
