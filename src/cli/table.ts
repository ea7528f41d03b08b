import { printable } from '../kernel/errors/index.ts'

/** A plain text table, a line a row whatever is in it: columns two spaces apart, numbers (`right`) aligned to the right, no trailing blanks. */
export function table(
  head: readonly string[],
  given: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const rows = given.map(row => row.map(cell => printable(cell, 4000)))
  // One after the other: a call takes no more arguments than fit on the stack, and there may be 100,000 rows.
  const widths = head.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), title.length),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map(width => '─'.repeat(width))), ...rows.map(line)].join('\n')
}

/** Who signed a bundle, for people: a key's fingerprint, or `unsigned`. */
export function keyText(key: string): string {
  return key === 'unsigned' ? 'no: nobody answers for this bundle' : `by key ${key}`
}
