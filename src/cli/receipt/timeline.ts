import { duration } from '../duration.ts'
import { html, type Markup } from '../page/index.ts'
import { drawn, type Width } from './drawing.ts'

/** A step as it is drawn: milliseconds after the first one began. */
export interface TimedStep {
  readonly title: string
  readonly skipped: boolean
  readonly startedAfter: number
  readonly milliseconds: number
}

/** Steps as bars over one line of time, a row each: what ran beside what, and what the install waited for. */
export function timeline(steps: readonly TimedStep[], width: Width): Markup {
  const wide = width === 'wide'
  const [left, right, row] = wide ? [296, 660, 22] : [0, 340, 36]
  const total = Math.max(1, ...steps.map(({ startedAfter, milliseconds }) => startedAfter + milliseconds))
  const at = (time: number) => Math.round((left + (time / total) * (right - left - (wide ? 0 : 8))) * 10) / 10
  const end = 24 + steps.length * row
  const ticks = ticksUpTo(total).map(
    ({
      time,
      text,
    }) => html`<line class="rule" x1="${at(time)}" x2="${at(time)}" y1="18" y2="${end}"/><text class="soft" x="${at(time)}" y="12"${time === 0 ? '' : html` text-anchor="middle"`}>${text}</text>
`,
  )
  const bars = steps.map(({ title, skipped, startedAfter, milliseconds }, i) => {
    const top = 24 + i * row
    const from = at(startedAfter)
    const length = Math.max(2, at(startedAfter + milliseconds) - from)
    const said = skipped ? 'there before' : duration(milliseconds)
    const label = wide ? title : `${title} · ${said}`
    // A picture in the picture cuts a title that is too long.
    return html`<svg x="0" y="${top}" width="${wide ? left - 12 : 340}" height="18"><text x="0" y="13">${label}</text></svg><rect class="${skipped ? 'third' : 'bar'}" x="${from}" y="${wide ? top + 3 : top + 19}" width="${Math.round(length * 10) / 10}" height="${wide ? 13 : 9}"/>${
      wide ? beside(said, from, length, top + 14, right) : ''
    }
`
  })
  return drawn({
    ...{ id: 'timeline', width, height: end + 4 },
    title: 'When each step began and how long it took',
    description: steps
      .map(({ title, startedAfter, milliseconds }) => {
        return `${title}: from ${duration(startedAfter)} on, for ${duration(milliseconds)}`
      })
      .join('; '),
    body: [ticks, bars],
  })
}

/** How long it took, behind the bar; before it where there is no room behind. */
function beside(said: string, from: number, length: number, y: number, right: number): Markup {
  const room = from + length + 6 + said.length * 6.5 <= right + 60
  return room
    ? html`<text class="soft" x="${Math.round(from + length + 6)}" y="${y}">${said}</text>`
    : html`<text class="soft" x="${Math.round(from - 6)}" y="${y}" text-anchor="end">${said}</text>`
}

const second = 1000
const minute = 60 * second
/** Distances between two times of the axis, in milliseconds. */
const distances = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  second,
  2 * second,
  5 * second,
  10 * second,
  20 * second,
].concat([1, 2, 5, 10, 30].map(minutes => minutes * minute))

/** At most six times of the axis, in one unit. */
function ticksUpTo(total: number): { time: number; text: string }[] {
  const most = 5
  const step =
    distances.find(one => total / one <= most) ?? 60 * minute * Math.ceil(total / most / 60 / minute)
  const [unit, name] = step < second ? [1, 'ms'] : step < minute ? [second, 's'] : [minute, 'min']
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => {
    return { time: i * step, text: i === 0 ? '0' : `${(i * step) / unit} ${name}` }
  })
}
