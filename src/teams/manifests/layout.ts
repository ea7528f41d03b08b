import type { YamlPlace } from '../../kernel/yaml/index.ts'

/** How many blanks stand before a place. */
export function indentAt(text: string, at: number): number {
  let start = at
  while (start > 0 && text[start - 1] === ' ') start--
  return at - start
}

/** Whether only blanks stand before a place in its line. */
export function startsLine(text: string, at: number): boolean {
  const before = at - indentAt(text, at)
  return before === 0 || text[before - 1] === '\n'
}

/** What ends the lines of a text. */
export const newlineOf = (text: string): string => (text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n')

/** Whether a key is written in double quotes, as JSON has it. */
export const isQuoted = (text: string, { start }: { readonly start: number }): boolean => text[start] === '"'

/** How far a mapping is to the right of its key. */
export function stepOf(text: string, value: YamlPlace, indent: number): number {
  if (value.kind !== 'mapping' || value.flow) return 2
  const step = indentAt(text, value.start) - indent
  return step > 0 && step <= 8 ? step : 2
}

/** The comments between the values of something. @param from where it begins */
export function commentsIn(text: string, from: number, value: YamlPlace): string[] {
  const taken: string[] = []
  let at = from
  const visit = (place: YamlPlace): void => {
    if (place.start < at) return
    if (place.kind === 'sequence') place.items.forEach(visit)
    else if (place.kind === 'mapping')
      for (const pair of place.pairs) {
        visit(pair.key)
        visit(pair.value)
      }
    else {
      for (const comment of text.slice(at, place.start).match(/(?<=^|\s)#[^\r\n]*/g) ?? [])
        taken.push(comment)
      at = place.end
    }
  }
  visit(value)
  return taken
}

/** A name as YAML has it as text: 007, 1e3 and no are none there, in its versions 1.1 and 1.2. */
export const plain = (name: string) =>
  /^[a-z][a-z0-9.-]*$/i.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/.test(name)
    ? name
    : JSON.stringify(name)
