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
  const [right, row] = width === 'wide' ? [700, 44] : [320, 44]
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
    const top = i * row + 18
    const { memory, limit, observed, peak } = one
    return html`<text x="0" y="${top - 4}">${words(one)}</text><rect class="second" x="0" y="${top}" width="${at(observed?.memory ?? 0)}" height="${height}"/>${
      peak === undefined
        ? ''
        : html`<rect class="${limit?.memory !== undefined && peak > limit.memory * 0.9 ? 'over' : 'bar'}" x="0" y="${top + height + 2}" width="${at(peak)}" height="4"/>`
    }${mark(memory, top, 0.75)}${limit?.memory === undefined ? '' : mark(limit.memory, top, 2)}
`
  })
  return drawn({
    ...{ id: 'containers', width, title: 'Memory of each container', height: rows.length * row + 4 },
    description: rows.map(words).join('; '),
    body,
  })
}

function words({ container, memory, limit, observed, peak }: BudgetRow): string {
  const parts = [
    observed === undefined ? 'not measured' : `observed ${mebibytes(observed.memory)}`,
    ...(peak === undefined ? [] : [`peak ${mebibytes(peak)}`]),
    `requests ${mebibytes(memory)}`,
    ...(limit?.memory === undefined ? [] : [`limit ${mebibytes(limit.memory)}`]),
  ]
  return `${container}: ${parts.join(', ')}`
}
