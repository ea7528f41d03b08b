import { type Gathered, takesOpen, wholeFile } from './gathered.ts'
import type { ReadOptions } from './options.ts'
import { below, counted, type Place } from './place.ts'

/** A value of an INI file, as the library that sops uses has written it. */
interface IniValue {
  readonly section: string
  /** The how manieth section of its name it is in. */
  readonly nth: number
  readonly key: string
  readonly value: string
  /** Whether it stood in double quotes, as what begins or ends with a blank does. */
  readonly blank: boolean
  /** Whether a comment stands directly above it. */
  readonly commented: boolean
  /** Whether the line below is further to the right. */
  followed: boolean
}

interface IniOf {
  readonly gathered: Gathered
  readonly options: ReadOptions
  /** The same file as it lies there, encrypted; nothing for a text that sops took for bytes. */
  readonly encrypted: string | undefined
}

const cut =
  'has a comment above it: sops makes one of what stood behind ; or # in a value, quoted or not, and cuts it off there'
const quotes = 'quotes that stood around values are gone: sops leaves them out when it encrypts'

const blankOrQuoted =
  'begins or ends with a blank, or has quotes and blanks of its own, which sops writes alike: taken without quotes'

const assignsNothing =
  'assigns nothing: it may go on with the value above, which is not read; nothing of the file is taken'
const readVariously =
  'has ; or # or quotes, or ends in a backslash, which applications read in several ways: taken as written'
const goesOn = 'has a line below that is further to the right, which some applications take for more of it'

/** Takes the values of an INI file; that of `password` in `[db]` is `db_password`. */
export function takeIni(text: string, { gathered, options, encrypted }: IniOf): void {
  const sealed =
    encrypted === undefined ? undefined : iniValues(encrypted).filter(({ section }) => section !== 'sops')
  let stray: number | undefined
  const all = iniValues(text, line => {
    stray ??= line
  })
  // What looks like a name may be a piece of a key there: none of it is told.
  if (sealed === undefined && stray !== undefined) {
    gathered.doubt('refused', wholeFile, `line ${stray} ${assignsNothing}`)
    return
  }
  if (sealed !== undefined && all.length > 0) gathered.doubt('told', wholeFile, quotes)
  const places = counted(all.map(value => ({ ...value, key: placeOf(value).name, own: value.key })))
  for (const [i, one] of places.entries()) {
    const { at, name } = placeOf({ ...one, key: one.own })
    const within = sealed?.[i]?.value
    if (within !== undefined && one.value !== '' && !within.startsWith('ENC['))
      if (!takesOpen(gathered, options, { at, name })) continue
    gathered.take(at, name, one.value)
    if (one.nth > 1)
      gathered.doubt('changed', at, `${name} is there again: applications read the one or the other`)
    if (one.commented && sealed !== undefined) gathered.doubt('lost', at, `${name} ${cut}`)
    if (sealed === undefined && /[;#]|^(["']).*\1$|\\$/.test(one.value))
      gathered.doubt('changed', at, `${name} ${readVariously}`)
    if (sealed === undefined && one.followed) gathered.doubt('changed', at, `${name} ${goesOn}`)
    if (sealed !== undefined && one.blank) gathered.doubt('changed', at, `${name} ${blankOrQuoted}`)
    if (/%\(\w+\)s|\$\{/.test(one.value))
      gathered.doubt(
        'changed',
        at,
        `${name} names another value, which some applications put there: taken as written`,
      )
  }
}

function placeOf({ section, nth, key }: Pick<IniValue, 'section' | 'nth' | 'key'>): Place {
  const root: Place = { at: '', name: '' }
  return section === '' ? below(root, key, nth) : below(below(root, section, nth), key)
}

/**
 * Values in order, read as gopkg.in/ini.v1 writes them (file.go, writeToBuffer).
 * @param stray is told the number of each line that is no value, section or comment
 */
export function iniValues(text: string, stray: (line: number) => void = () => {}): IniValue[] {
  const values: IniValue[] = []
  const sections = new Map<string, number>()
  let [section, nth, commented, assigning] = ['', 1, false, false]
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = trimmed(lines[i] ?? '')
    const [, named] = /^\[(.*)\]$/s.exec(line) ?? []
    if (named !== undefined) {
      section = named === 'DEFAULT' ? '' : named
      nth = (sections.get(section) ?? 0) + 1
      sections.set(section, nth)
    }
    const [, mark, wrapped, bare, first = ''] = assignment.exec(lines[i] ?? '') ?? []
    const comment = /^[;#]/.test(line)
    const above = values.at(-1)
    if (above !== undefined && line !== '' && !comment && indent(lines[i]) > indent(lines[i - 1]))
      above.followed ||= assigning
    assigning = false
    if (!comment && named === undefined && (mark ?? bare) !== undefined) {
      let value = first
      while (opens(value) && i + 1 < lines.length) value += `\n${lines[++i]}`
      const key = wrapped ?? trimmed(bare ?? '')
      const [read, blank] = [unwrapped(value), isBlank(trimmed(value))]
      values.push({ section, nth, key, value: read, blank, commented, followed: false })
      assigning = true
    } else if (!comment && named === undefined && line !== '') stray(i + 1)
    commented = comment
  }
  return values
}

const indent = (line = ''): number => line.search(/\S|$/)

// A key with = or : in it stands in backquotes, one with backquotes in three double quotes.
const assignment = /^(?:(`|""")(.*?)\1\s*|([^=:]*))[=:](.*)$/s

/** Begun with three double quotes, which stand around what has several lines or backquotes, and not ended. */
const opens = (value: string): boolean => {
  const text = trimmed(value)
  return text.startsWith('"""') && !(text.length >= 6 && text.endsWith('"""'))
}

/** Backquotes stand around what has ; or #, double quotes around what begins or ends with a blank. */
function unwrapped(written: string): string {
  const value = trimmed(written)
  if (value.length >= 6 && value.startsWith('"""') && value.endsWith('"""')) return value.slice(3, -3)
  const within = value.slice(1, -1)
  if (/^`[^`]*`$/.test(value)) return within
  return isBlank(value) ? within : value
}

const isBlank = (value: string): boolean =>
  /^"(?!"").*"$/s.test(value) && trimmed(value.slice(1, -1)) !== value.slice(1, -1)

/** Without blanks around it, as Go knows them: U+0085 is one, and U+FEFF is none. */
function trimmed(text: string): string {
  const blank = (sign: string | undefined) => sign !== undefined && /^(?:[^\S\uFEFF]|\u0085)$/.test(sign)
  let [start, end] = [0, text.length]
  while (start < end && blank(text[start])) start++
  while (end > start && blank(text[end - 1])) end--
  return text.slice(start, end)
}
