import { printable } from '../kernel/errors/index.ts'
import { columnsOf, widthOf, wrap } from './width.ts'

const gap = '  '
/** A column that is narrower than this is no column any more. */
const narrowest = 8

/**
 * A plain text table, a line a row whatever is in it: columns two spaces apart, numbers (`right`) aligned to the right,
 * no trailing blanks. Where a terminal (`columns`) is too narrow for that, cells of the widest columns go on in further
 * lines below; where even that leaves no columns, each row becomes a list. What goes into a pipe stays a line a row.
 */
export function table(
  head: readonly string[],
  given: readonly (readonly string[])[],
  right: readonly number[] = [],
  columns = columnsOf(process.stdout),
): string {
  const rows = given.map(row => row.map(cell => printable(cell, 4000)))
  // One after the other: a call takes no more arguments than fit on the stack, and there may be 100,000 rows.
  const wanted = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), widthOf(title)),
  )
  const widths = fitted(wanted, columns - gap.length * (head.length - 1))
  if (widths === undefined) return rows.map(row => listed(head, row, columns)).join('\n\n')
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const blanks = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)))
        return right.includes(column) ? blanks + cell : cell + blanks
      })
      .join(gap)
      .trimEnd()
  const lines = (cells: readonly string[]) => {
    const parts = cells.map((cell, column) => wrap(cell, widths[column] ?? 0))
    const deep = Math.max(1, ...parts.map(({ length }) => length))
    return Array.from({ length: deep }, (_, i) => line(parts.map(part => part[i] ?? '')))
  }
  const body = rows.flatMap(lines)
  return [...lines(head), line(widths.map(width => '─'.repeat(width))), ...body].join('\n')
}

/** Widths that fit: narrow columns as they want, the others alike; nothing where that leaves none. */
function fitted(wanted: readonly number[], room: number): readonly number[] | undefined {
  if (wanted.reduce((sum, width) => sum + width, 0) <= room) return wanted
  let left = room
  let among = wanted.length
  let share = 0
  for (const width of wanted.toSorted((a, b) => a - b)) {
    share = Math.floor(left / among)
    if (width > share) break
    left -= width
    among -= 1
  }
  return share < narrowest ? undefined : wanted.map(width => Math.min(width, share))
}

/** A row as a list: each cell behind its title, further lines indented. */
function listed(head: readonly string[], row: readonly string[], columns: number): string {
  return row
    .flatMap((cell, i) => {
      if (cell === '') return []
      const title = head[i] ?? ''
      const [first = '', ...more] = wrap(title === '' ? cell : `${title}: ${cell}`, Math.max(10, columns - 2))
      return [i === 0 ? first : `  ${first}`, ...more.map(line => `    ${line}`)]
    })
    .flatMap(line => wrap(line, Math.max(10, columns)))
    .join('\n')
}

/** Who signed a bundle, for people: a key's fingerprint, or `unsigned`. */
export function keyText(key: string): string {
  return key === 'unsigned' ? 'no: nobody answers for this bundle' : `by key ${key}`
}
