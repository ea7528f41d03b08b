/** What of a stream to a person says how wide its lines are. */
interface Columns {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Columns of a terminal; without end where the text goes into a file, a pipe or a console that does not say. */
export function columnsOf({ isTTY = false, columns = 0 }: Columns): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY
}

// Two columns each by Unicode's East Asian Width (UAX #11): the blocks of wide and full-width characters, and emoji.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const plain = /^[\x20-\x7e]*$/
const nothing = /\p{Mn}|\p{Me}/u

/**
 * Columns that a printable text takes. Of our own: the one library for it that is here is another one's, twice, in two
 * versions, and what `printable` lets through needs no more than this.
 */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length
  let width = 0
  for (const char of text) width += nothing.test(char) ? 0 : wide.test(char) ? 2 : 1
  return width
}

/** A text cut to so many columns, with `…` as its end where something is missing. */
export function cut(text: string, columns: number): string {
  if (text.length <= columns / 2 || widthOf(text) <= columns) return text
  return `${head(text, Math.max(0, columns - 1))}…`
}

/** A text in lines of so many columns: broken at blanks, and words that are longer within, at a dash or a slash if they can be. */
export function wrap(text: string, columns: number): string[] {
  if (text.length <= columns / 2 || widthOf(text) <= columns) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= columns) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (widthOf(line) > columns) {
      const part = breakable(head(line, columns)) || ([...line][0] ?? '')
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** A beginning up to where names and paths are broken best, unless that leaves less than half of it. */
function breakable(part: string): string {
  const [best = ''] = /^.*[-/.:,@=]/su.exec(part) ?? []
  return best.length * 2 >= part.length ? best : part
}

/** The longest beginning that fits. */
function head(text: string, columns: number): string {
  let end = 0
  let left = columns
  for (const char of text) {
    left -= widthOf(char)
    if (left < 0) break
    end += char.length
  }
  return text.slice(0, end)
}
