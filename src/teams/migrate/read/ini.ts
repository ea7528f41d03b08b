import type { Gathered } from './gathered.ts'
import type { ReadOptions } from './options.ts'
import { below, counted, type Place } from './place.ts'

/** A value of an INI file, as the library that sops uses has written it. */
interface IniValue {
  readonly section: string
  /** The how manieth section of its name it is in. */
  readonly nth: number
  readonly key: string
  readonly value: string
  /** Whether a comment stands directly above it. */
  readonly commented: boolean
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

/** Takes the values of an INI file; that of `password` in `[db]` is `db_password`. */
export function takeIni(text: string, { gathered, options, encrypted }: IniOf): void {
  const own = (values: readonly IniValue[]) => values.filter(({ section }) => section !== 'sops')
  const sealed = encrypted === undefined ? undefined : own(iniValues(encrypted))
  const all = own(iniValues(text))
  if (sealed !== undefined && all.length > 0) gathered.doubt('told', '(file)', quotes)
  const places = counted(all.map(value => ({ ...value, key: placeOf(value).name, own: value.key })))
  for (const [i, one] of places.entries()) {
    const { at, name } = placeOf({ ...one, key: one.own })
    const within = sealed?.[i]?.value
    if (within !== undefined && one.value !== '' && !within.startsWith('ENC[')) {
      const taken = options.unencrypted === true
      gathered.doubt('told', at, `${name} is not encrypted in this file: ${taken ? 'taken' : 'left out'}`)
      if (!taken) continue
    }
    gathered.take(at, name, one.value)
    if (one.nth > 1)
      gathered.doubt('changed', at, `${name} is there again: applications read the one or the other`)
    if (one.commented && sealed !== undefined) gathered.doubt('lost', at, `${name} ${cut}`)
    if (sealed === undefined && /[;#]|^(["']).*\1$/.test(one.value))
      gathered.doubt(
        'changed',
        at,
        `${name} has ; or # or quotes, which applications read in several ways: taken as written`,
      )
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
  return below(section === '' ? root : below(root, section, nth), key)
}

/** Values in order, read as gopkg.in/ini.v1 writes them (file.go, writeToBuffer). */
export function iniValues(text: string): IniValue[] {
  const values: IniValue[] = []
  const sections = new Map<string, number>()
  let [section, nth, commented] = ['', 1, false]
  const parts = text.matchAll(
    /^(?:[ \t]*(?<comment>[;#]).*|\[(?<section>.*)\][ \t\r]*|(?<key>`[^`\n]*`|"""[^\n]*?"""|[^=:\n]*?)[ \t]*[=:][ \t]*(?:"""(?<long>[\s\S]*?)"""(?=[ \t\r]*$)|(?<short>.*)))$/gm,
  )
  for (const { groups } of parts) {
    if (groups?.['comment'] !== undefined) {
      commented = true
      continue
    }
    if (groups?.['section'] !== undefined) {
      section = groups['section'] === 'DEFAULT' ? '' : groups['section']
      nth = (sections.get(section) ?? 0) + 1
      sections.set(section, nth)
    } else {
      const { key = '', long, short = '' } = groups ?? {}
      values.push({ section, nth, key: bare(key.trim()), value: long ?? unwrapped(short.trim()), commented })
    }
    commented = false
  }
  return values
}

const bare = (key: string): string => /^(`|""")(.*)\1$/.exec(key)?.[2] ?? key

/** Backquotes stand around what has ; or #, double quotes around what begins or ends with a blank. */
function unwrapped(value: string): string {
  const [, within] = /^`([^`]*)`$/.exec(value) ?? /^"(\s.*|.*\s)"$/.exec(value) ?? []
  return within ?? value
}
