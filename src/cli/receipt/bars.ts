import { html, type Markup } from '../page/index.ts'
import { drawn, type Width } from './drawing.ts'

/** One bar: what it is of, how long it is, and the same in words. */
interface Bar {
  readonly label: string
  readonly value: number
  readonly text: string
  /** Its colour, a class of the page's style. */
  readonly look: 'bar' | 'second' | 'third'
}

/** Amounts of one thing against a limit. */
export interface Bars {
  /** Distinguishes the picture from others of the page: letters alone. */
  readonly id: string
  readonly title: string
  readonly limit: { readonly value: number; readonly text: string }
  /** One that is longer than the scale goes to its end: what a whole cluster has would make the others a dot. */
  readonly bars: readonly Bar[]
}

const height = 14

/** Bars against a line for the limit; what is beyond it is in another colour. Labels are beside them, or above on a phone. */
export function barPicture({ id, title, limit, bars }: Bars, width: Width): Markup {
  const wide = width === 'wide'
  const [left, right, row] = wide ? [110, 530, 26] : [0, 340, 40]
  const compared = bars.filter(({ look }) => look !== 'third').map(({ value }) => value)
  const scale = Math.max(limit.value, ...compared) * 1.15 || 1
  const at = (value: number) => left + (Math.min(value, scale) / scale) * (right - left)
  const end = 22 + bars.length * row
  const line = at(limit.value)
  const shown = bars.map(({ label, value, text, look }, i) => {
    const top = 22 + i * row + (wide ? 6 : 22)
    const within = look === 'third' ? at(value) : Math.min(at(value), line)
    const beyond = at(value) - within
    const said = value > scale ? `${text}, beyond this scale` : text
    return html`${
      wide
        ? html`<text x="0" y="${top + 11}">${label}</text><text x="${right + 12}" y="${top + 11}">${said}</text>`
        : html`<text x="0" y="${top - 5}">${label}: ${said}</text>`
    }<rect class="${look}" x="${left}" y="${top}" width="${tenth(within - left)}" height="${height}"/>${
      beyond > 0
        ? html`<rect class="over" x="${tenth(within)}" y="${top}" width="${tenth(beyond)}" height="${height}"/>`
        : ''
    }
`
  })
  const words = bars.map(({ label, text }) => `${label} ${text}`).join(', ')
  return drawn({
    ...{ id, width, title, height: end + 6, description: `${words}; ${limit.text}` },
    body: html`${shown}<line class="limit" x1="${tenth(line)}" x2="${tenth(line)}" y1="18" y2="${end + 2}" stroke-width="1.5"/>
<text x="${tenth(line)}" y="12" text-anchor="end">${limit.text}</text>
`,
  })
}

const tenth = (value: number) => Math.round(value * 10) / 10
