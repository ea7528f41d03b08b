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

// Most characters that are read again or put for it: some seconds, and for a text that may be no YAML at all an instant.
// A key is never that far to the right.
const mostWork = 128 * 1024 * 1024
const instant = 2 * 1024 * 1024
const mostBlanks = 4096

/**
 * Every document, as js-yaml's `loadAll` gives it, whatever the columns of what is in brackets.
 * @param perhaps whether the text may be no YAML at all: not much is done for it then
 * @throws YAMLException
 */
export function loadFlows(text: string, options: LoadOptions, perhaps = false): unknown[] {
  try {
    return loadAll(text, options)
  } catch (error) {
    if (missing(text, error) === undefined) throw error
  }
  const { filled, changes } = fill(text, perhaps ? instant : mostWork)
  try {
    return loadAll(filled, options)
  } catch (error) {
    throw moved(text, error, changes)
  }
}

function fill(text: string, most: number): { filled: string; changes: readonly Change[] } {
  // Directives belong to the document below them; without any, each is read by itself.
  const documents = /^%/m.test(text) ? [text] : text.split(/(?<=\n)(?=---(?:\s|$))/)
  const changes: Change[] = []
  const done: string[] = []
  let [before, work] = [0, 0]
  for (const document of documents) {
    const one = fillOne(document, most - work)
    for (const { at, ...change } of one.changes) changes.push({ ...change, at: before + at })
    done.push(one.filled)
    before += one.filled.length
    work += one.work
  }
  return { filled: done.join(''), changes }
}

function fillOne(text: string, most: number): { filled: string; changes: readonly Change[]; work: number } {
  const changes: Change[] = []
  let [filled, blanks, work] = [text, 16, 0]
  while (blanks <= mostBlanks) {
    const place = missing(filled, faultOf(filled))
    if (place === undefined) break
    const { at, tabs } = place
    // The same line again: its key is further to the right than was thought.
    if (changes.some(change => change.at === at)) blanks *= 2
    const lines = tabs > 0 ? [at] : [at, ...linesWithin(filled, at, blanks)]
    // What is read counts for more than what is copied.
    work += 2 * at + filled.length / 4 + lines.length * blanks
    if (work > most) break
    const made = lines.map(line => ({ at: line, blanks: tabs || blanks, tabs }))
    filled = changed(filled, made)
    for (const change of made.toReversed()) changes.push(change)
  }
  return { filled, changes, work }
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
  // What ends the document, or the text, ends whatever is open.
  if (position >= text.length) return undefined
  if (/^(?:---|\.\.\.)(?!\S)/.test(text.slice(start, start + 4))) return undefined
  if (/^[ \t]*$/.test(before)) return { at: start, tabs: 0 }
  const found = /(\t+) *$/.exec(before) ?? /(\t+) *(?:[&!]\S* +)*[[{] *$/.exec(before)
  return found === null ? undefined : { at: start + found.index, tabs: found[1]?.length ?? 0 }
}

/** The further lines that begin, as far as can be said at a glance, in the same brackets as the line at a place. */
function linesWithin(text: string, place: number, blanks: number): number[] {
  const { reason = '' } = (faultOf(text.slice(0, place) + ' '.repeat(blanks)) ?? {}) as { reason?: string }
  if (!reason.endsWith('within a flow collection')) return []
  const lines: number[] = []
  const signs = /(?<=(?:[[{,]|: )\s*)"(?:[^"\\]|\\.)*"|[[\]{}"'#]|\n(?:---|\.\.\.)?/gs
  signs.lastIndex = place
  let depth = 0
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    if (sign[0] === '\n' && sign.index + 1 < text.length) lines.push(sign.index + 1)
    else if ('[{'.includes(sign[0])) depth++
    else if (']}'.includes(sign[0]) && depth > 0) depth--
    else if (!/^".*"$/s.test(sign[0]) || sign[0].length === 1) break
  }
  return lines
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
