import { type Gathered, takesOpen, wholeFile } from './gathered.ts'
import type { ReadOptions } from './options.ts'
import { below, counted, type Place } from './place.ts'

/** A line of a dotenv file, its name and its value as sops takes them: all before the first `=`, all behind it. */
interface Line {
  readonly key: string
  readonly value: string
}

interface DotenvOf {
  readonly gathered: Gathered
  readonly options: ReadOptions
  /** The same file as it lies there, encrypted; nothing for a text that sops took for bytes. */
  readonly encrypted: string | undefined
}

const root: Place = { at: '', name: '' }

/**
 * Takes what a dotenv file assigns, as those who read such files do (dotenv, docker compose, a shell): without blanks,
 * `export`, a carriage return and quotes around it; `\n` in double quotes is a new line. With `rawDotenv` names and
 * values are what sops takes for them.
 */
export function takeDotenv(text: string, { gathered, options, encrypted }: DotenvOf): void {
  const sealed =
    encrypted === undefined
      ? undefined
      : linesOf(encrypted)
          .filter(isOwn)
          .map(({ value }) => value)
  const raw = options.rawDotenv === true
  const apart = encrypted === undefined && !raw ? joined(text) : text
  const stray = encrypted === undefined ? strayLine(apart) : undefined
  // What looks like a name may be a piece of a key there: none of it is told.
  if (stray !== undefined) {
    gathered.doubt('refused', wholeFile, `line ${stray} ${assignsNothing}`)
    return
  }
  const lines = linesOf(apart).map((line, i) => {
    const key = raw ? line.key : line.key.trim().replace(/^export\s+/, '')
    return { key, line, sealed: sealed?.[i] }
  })
  for (const { key, line, nth, sealed: within } of counted(lines)) {
    const { at } = below(root, key, nth)
    if (within !== undefined && line.value !== '' && !within.startsWith('ENC['))
      if (!takesOpen(gathered, options, { at, name: key })) continue
    if (nth > 1) gathered.doubt('changed', at, `${key} is there again: most applications read the last`)
    const read = raw ? { value: line.value, doubts: [] } : readValue(line)
    gathered.take(at, key, read.value)
    if (!raw && key !== line.key)
      gathered.doubt(
        'told',
        at,
        `${key} is not the whole of what stands before =: blanks or export are left out`,
      )
    for (const [kind, said] of read.doubts) gathered.doubt(kind, at, `${key} ${said}`)
    if (within !== undefined && line.value.includes('\\n'))
      gathered.doubt('changed', at, `${key} ${raw || !read.quoted ? asWritten : asNewline}`)
  }
}

const assignsNothing =
  'assigns nothing: where it goes on with the value above, that one must stand in quotes; nothing of the file is taken'
const ambiguous = 'has \\n, which sops writes for a new line as well'
const asWritten = `${ambiguous}: taken as a backslash and an n`
const asNewline = `${ambiguous}: taken as a new line, for it is in double quotes`

/** Whether a line is the file's, and not one that sops adds. */
const isOwn = ({ key }: Line): boolean => !key.startsWith('sops_')

/** A text that sops has not taken apart, with values in quotes that go on for lines made one line each. */
function joined(text: string): string {
  const many = /(?<=^|\n)([^#\n=]*=[ \t]*)(["'])((?:(?!\2)[^\\]|\\.)*)\2/gs
  return text.replace(many, (all, before: string, mark: string, within: string) =>
    within.includes('\n') ? `${before}${mark}${within.replace(/\r?\n/g, newline)}${mark}` : all,
  )
}

/** Number of the first line that is neither an assignment nor a comment; sops takes no file that has one. */
function strayLine(text: string): number | undefined {
  let number = 1
  for (const line of text.split('\n')) {
    if (!line.includes('=') && !/^\s*(?:#|$|export\s+[\w\s]+$)/.test(line)) return number
    number += line.split(newline).length
  }
  return undefined
}

// Stands for a new line while lines are taken apart: no text has it.
const newline = '\u{10FFFF}'

function linesOf(text: string): Line[] {
  return text.split('\n').flatMap(line => {
    const end = line.indexOf('=')
    if (end === -1 || /^\s*#/.test(line)) return []
    return [{ key: line.slice(0, end), value: line.slice(end + 1).replaceAll(newline, '\n') }]
  })
}

interface ReadValue {
  readonly value: string
  /** Whether it stood in double quotes. */
  readonly quoted?: boolean
  readonly doubts: readonly (readonly ['changed' | 'told', string])[]
}

function readValue({ value: written }: Line): ReadValue {
  const doubts: (readonly ['changed' | 'told', string])[] = []
  const value = written.trim()
  if (written.endsWith('\r')) doubts.push(['told', 'ended in a carriage return, which is left out'])
  if (written.replace(/\r$/, '') !== value) doubts.push(['told', 'has blanks around it, which are left out'])
  const [, mark, within = '', behind = ''] = /^(["'`])(.*?)(?<!\\)\1(\s*#.*|\s*)$/s.exec(value) ?? []
  if (mark === undefined) {
    if (/^["'`]/.test(value))
      doubts.push(['changed', 'begins with a quote that does not end it: taken as it is written'])
    if (/\s#/.test(value))
      doubts.push(['changed', 'has a blank and #, where some applications end it: taken whole'])
    if (doubts.length === 0 && /["'`\\]/.test(value)) doubts.push(['told', shells])
    return { value, doubts: [...doubts, ...shellDoubts(value)] }
  }
  doubts.push(['told', 'stood in quotes, which are left out'])
  if (behind.trim() !== '') doubts.push(['changed', 'has a comment behind its quotes, which is left out'])
  if (new RegExp(`(?<!\\\\)${mark}`).test(within)) doubts.push(['changed', quotesWithin])
  if (mark === "'") return { value: within, doubts }
  if (mark === '`') return { value: within, doubts: [...doubts, ['changed', backquoted]] }
  const read = within.replaceAll('\\r', '\r').replaceAll('\\n', '\n')
  if (/\\[^nr]/.test(within)) doubts.push(['changed', escaped])
  return { value: read, quoted: true, doubts: [...doubts, ...shellDoubts(within)] }
}

const shells = 'has quotes or backslashes, which a shell takes off: taken as it is written'
const quotesWithin = 'has quotes within its quotes, where some applications end it: taken with them'
const backquoted = 'stood in backquotes, which some applications take for parts of it'
const escaped = 'has backslashes in double quotes, which some applications take off: taken with them'

function shellDoubts(value: string): (readonly ['changed', string])[] {
  return /\$(?:\w|\{|\()/.test(value)
    ? [['changed', 'has $ and a name, which some applications replace: taken as it is written']]
    : []
}
