import type { Edit } from './found.ts'
import { type Lines, linesOf } from './lines.ts'

/** Where something stands in a text. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** An edit by lines: counted from 0, `to` is the first that is not part of it. */
interface Change {
  readonly from: number
  readonly to: number
  readonly edits: readonly Edit[]
}

const context = 3

/**
 * The unified diff of a text and its edits, as git and patch take it. It shows lines around a change: of what is secret
 * there (a Secret's data, a token) no more than that there is something, and then neither of them takes it.
 * @param edits in the order of the text, apart from each other @param secrets where no value is to be shown
 */
export function unifiedDiff(
  path: string,
  text: string,
  edits: readonly Edit[],
  secrets: readonly Range[],
): string {
  const all = linesOf(text)
  const hidden = new Set<number>()
  for (const { start, end } of secrets)
    for (let line = all.at(start); line <= all.at(Math.max(start, end - 1)); line++) hidden.add(line)
  const named = path.replace(/^(?:\.?\/)+/, '')
  const out = [`--- a/${named}`, `+++ b/${named}`]
  let shift = 0
  for (const group of grouped(changesOf(all, edits))) {
    const hunk = hunkOf(all, group, hidden, shift)
    out.push(...hunk.lines)
    shift += hunk.more
  }
  return `${out.join('\n')}\n`
}

/** The edits by lines; those of the same lines are one change. */
function changesOf({ at }: Lines, edits: readonly Edit[]): Change[] {
  const changes: { from: number; to: number; edits: Edit[] }[] = []
  for (const edit of edits) {
    const [from, to] = [at(edit.start), at(Math.max(edit.start, edit.end - 1)) + 1]
    const last = changes.at(-1)
    if (last === undefined || from >= last.to) changes.push({ from, to, edits: [edit] })
    else {
      last.to = Math.max(last.to, to)
      last.edits.push(edit)
    }
  }
  return changes
}

/** Changes whose lines around them touch are shown together. */
function grouped(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = []
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1)
    if (last === undefined || change.from - last.to > 2 * context) groups.push([change])
    else groups.at(-1)?.push(change)
  }
  return groups
}

/** One part of a diff. @param shift lines that there are more above it by then */
function hunkOf(
  { lines, starts }: Lines,
  changes: readonly Change[],
  hidden: ReadonlySet<number>,
  shift: number,
): { lines: string[]; more: number } {
  const begin = Math.max(0, (changes[0]?.from ?? 0) - context)
  const end = Math.min(lines.length, (changes.at(-1)?.to ?? 0) + context)
  const shown = (sign: string, from: number, to: number) =>
    lines.slice(from, to).map((line, at) => sign + (hidden.has(from + at) ? veiled(line) : line))
  const body: string[] = []
  let [more, done] = [0, begin]
  for (const { from, to, edits } of changes) {
    const made = linesOf(edited(lines.slice(from, to).join(''), edits, starts[from] ?? 0)).lines
    body.push(...shown(' ', done, from), ...shown('-', from, to), ...made.map(line => `+${line}`))
    more += made.length - (to - from)
    done = to
  }
  body.push(...shown(' ', done, end))
  const printed = body.map(line =>
    line.endsWith('\n') ? line.slice(0, -1) : `${line}\n\\ No newline at end of file`,
  )
  const old = end - begin
  return { lines: [`@@ -${begin + 1},${old} +${begin + 1 + shift},${old + more} @@`, ...printed], more }
}

/** A text with its edits, which are in its order. @param base where the text begins in the one that they are of */
export function edited(text: string, edits: readonly Edit[], base = 0): string {
  let done = 0
  const parts = edits.map(({ start, end, text: made }) => {
    const part = text.slice(done, start - base) + made
    done = end - base
    return part
  })
  return parts.join('') + text.slice(done)
}

/** A line of something secret: the key that stands there, or nothing. */
const veiled = (line: string) =>
  line.replace(/^([ \t]*(?:- +)?[\w.-]*:?)[^\r\n]+/, (all, key: string) =>
    key.endsWith(':') ? `${key} [secret]` : `${/^[ \t]*/.exec(all)?.[0]}[secret]`,
  )
