/** The lines of a text, each with what ends it, and in which of them a place is, counted from 0. */
export interface Lines {
  readonly lines: readonly string[]
  readonly starts: readonly number[]
  at(place: number): number
}

/** Splits a text into its lines, once for all that is asked of it. */
export function linesOf(text: string): Lines {
  const lines = text === '' ? [] : text.split(/(?<=\n)/)
  const starts: number[] = []
  let start = 0
  for (const line of lines) {
    starts.push(start)
    start += line.length
  }
  const at = (place: number) => {
    let [low, high] = [0, Math.max(0, lines.length - 1)]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= place) low = middle
      else high = middle - 1
    }
    return low
  }
  return { lines, starts, at }
}
