import { type LoadOptions, loadAll, parseEvents, YAMLException } from 'js-yaml'

// What lies in brackets or quotes may stand in any column for libyaml, and so for helm and the API server: a `]` below
// its key. YAML itself and js-yaml want it further to the right than the key (yaml.org/spec/1.1, 4.2.2), and no tab
// before it. Blanks say nothing there, so wherever js-yaml says that they are missing, they are put.

/** So many blanks at a place of the text as it is by then, instead of so many tabs. */
interface Change {
  readonly at: number
  readonly blanks: number
  readonly tabs: number
}

// Most characters that are read again for it, some ten seconds; and a key is never that far to the right.
const mostWork = 256 * 1024 * 1024
const mostBlanks = 4096

/** Every document, as js-yaml's `loadAll` gives it, whatever the columns of what is in brackets. @throws YAMLException */
export function loadFlows(text: string, options: LoadOptions): unknown[] {
  try {
    return loadAll(text, options)
  } catch (error) {
    if (missing(text, error) === undefined) throw error
  }
  const { filled, changes } = fill(text)
  try {
    return loadAll(filled, options)
  } catch (error) {
    throw moved(text, error, changes)
  }
}

function fill(text: string): { filled: string; changes: readonly Change[] } {
  const changes: Change[] = []
  const directives = /^%/m.test(text)
  let [filled, from, blanks, work] = [text, 0, 16, 0]
  while (work < mostWork && blanks <= mostBlanks) {
    const rest = filled.slice(from)
    const place = missing(rest, faultOf(rest))
    if (place === undefined) break
    work += rest.length
    const at = from + place.at
    // The same line again: its key is further to the right than was thought.
    if (changes.some(change => change.at === at)) blanks *= 2
    const lines = place.tabs > 0 ? [at] : [at, ...linesWithin(filled, from, at, blanks)]
    const made = lines.map(line => ({ at: line, blanks: place.tabs || blanks, tabs: place.tabs }))
    filled = changed(filled, made)
    for (const change of made.toReversed()) changes.push(change)
    // What lies before has been read; but directives belong to the document below them.
    if (!directives) from = documentOf(filled, at)
  }
  return { filled, changes }
}

/** A text with changes, which are in the order of their places in it. */
function changed(text: string, changes: readonly Change[]): string {
  let done = 0
  const parts = changes.map(({ at, blanks, tabs }) => {
    const part = text.slice(done, at) + ' '.repeat(blanks)
    done = at + tabs
    return part
  })
  return parts.join('') + text.slice(done)
}

function faultOf(text: string): unknown {
  try {
    parseEvents(text, {})
    return undefined
  } catch (error) {
    return error
  }
}

/** By the error of a text, where a line needs blanks, or which tabs do not do; or that this is not its error. */
function missing(text: string, error: unknown): { readonly at: number; readonly tabs: number } | undefined {
  if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation') return undefined
  const { position = 0, column = 0 } = error.mark ?? {}
  const start = position - column
  const before = text.slice(start, position)
  // It ends the document, and so whatever is open.
  if (/^(?:---|\.\.\.)(?!\S)/.test(text.slice(start, start + 4))) return undefined
  if (/^[ \t]*$/.test(before)) return { at: start, tabs: 0 }
  const found = /(\t+) *$/.exec(before) ?? /(\t+) *(?:[&!]\S* +)*[[{] *$/.exec(before)
  return found === null ? undefined : { at: start + found.index, tabs: found[1]?.length ?? 0 }
}

/** The further lines that begin, as far as can be said at a glance, in the same brackets as the line at a place. */
function linesWithin(text: string, from: number, place: number, blanks: number): number[] {
  const { reason = '' } = (faultOf(text.slice(from, place) + ' '.repeat(blanks)) ?? {}) as { reason?: string }
  if (!reason.endsWith('within a flow collection')) return []
  const lines: number[] = []
  const signs = /(?<=(?:[[{,]|: )\s*)"(?:[^"\\]|\\.)*"|[[\]{}"'#]|\n(?:---|\.\.\.)?/gs
  signs.lastIndex = place
  let depth = 0
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    if (sign[0] === '\n') lines.push(sign.index + 1)
    else if ('[{'.includes(sign[0])) depth++
    else if (']}'.includes(sign[0]) && depth > 0) depth--
    else if (!/^".*"$/s.test(sign[0]) || sign[0].length === 1) break
  }
  return lines
}

/** Where the document of a place begins. */
function documentOf(text: string, place: number): number {
  const marker = text.lastIndexOf('\n---', place - 1)
  return marker >= 0 && /\s/.test(text[marker + 4] ?? '') ? marker + 1 : 0
}

/** The error at its place in the text as it was. */
function moved(text: string, error: unknown, changes: readonly Change[]): unknown {
  if (!(error instanceof YAMLException) || error.mark === undefined) return error
  const position = changes.reduceRight(
    (place, { at, blanks, tabs }) => (at < place ? Math.max(at, place - blanks + tabs) : place),
    error.mark.position,
  )
  try {
    return YAMLException.throwAt(text, position, error.reason, '')
  } catch (told) {
    return told
  }
}
