/** One case: a document of a registry, a repository or a chart that something is wrong with. */
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { changed, oddValues, type Path, placesOf } from '../support/odd-fields.ts'
import type { DocumentCase } from './cases.ts'
import { hostileKey, hostileText, hostileValue, numbers } from './hostile.ts'
import type { Random } from './random.ts'
import { type Reader, readers } from './readers.ts'
import { hostileLine } from './yaml.ts'

const names = Object.keys(readers)
const ofYaml = /Chart\.yaml|registries\.yaml|repository's index|rendered/

/** A change of a document, and what it is. */
type Change = (document: unknown, path: Path, random: Random) => readonly [unknown, string]

/** Most characters of a document that is made, about. */
const mostText = 4_000_000

const at = (document: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    document,
  )

const changes: readonly Change[] = [
  (document, path, random) => {
    const what = random.pick(Object.keys(oddValues))
    return [changed(document, path, structuredClone(oddValues[what])), what]
  },
  (document, path, random) => [changed(document, path, hostileValue(random)), 'any value'],
  (document, path, random) => {
    const value = typeof at(document, path) === 'number' ? random.pick(numbers) : hostileText(random)
    return [changed(document, path, value), 'a value of its type']
  },
  (document, path) => [changed(document, path), 'taken out'],
  (document, path, random) => {
    const value = at(document, path)
    const many = random.count(20) + (random.once(50) ? 2500 : 0)
    // Repeated again and again, it would be too large for the fuzzer itself.
    const times = Math.min(many, Math.floor(mostText / (JSON.stringify(value) ?? '').length) || 1)
    const more = Array.from({ length: times }, () => structuredClone(value))
    return [changed(document, path, Array.isArray(value) ? value.concat(...more) : more), 'repeated']
  },
  (document, path, random) => {
    const value = at(document, path)
    const more = { ...(typeof value === 'object' ? value : {}) }
    Object.defineProperty(more, hostileKey(random), { value: hostileValue(random), enumerable: true })
    return [changed(document, path, more), 'a field more']
  },
  (document, path, random) => {
    const other = random.pick(placesOf(document))
    return [changed(document, path, structuredClone(at(document, other))), `the value of ${other.join('.')}`]
  },
]

const textChanges: readonly ((text: string, random: Random) => readonly [string, string])[] = [
  (text, random) => [text.slice(0, random.below(text.length + 1)), 'cut'],
  (text, random) => {
    const place = random.below(text.length + 1)
    return [text.slice(0, place) + String.fromCharCode(random.below(256)) + text.slice(place + 1), 'a byte']
  },
  text => [`\ufeff${text}`, 'a byte order mark'],
  (text, random) => [text + random.pick(['\n', ' ', '{}', '\0', '\n---\n', text]), 'more after the end'],
  (text, random) => {
    const place = random.below(text.length + 1)
    const wide = random.pick(['[', '{"a":', '0,', '"x",', '- ']).repeat(random.count(20_000))
    return [text.slice(0, place) + wide + text.slice(place), 'wide']
  },
  (text, random) => {
    const lines = text.split('\n')
    lines.splice(random.below(lines.length + 1), 0, hostileLine(random))
    return [lines.join('\n'), 'a line more']
  },
]

/** A case of one reader's document. */
export function documentCase(random: Random): DocumentCase {
  const reader = random.pick(names)
  const { sound, ...expected } = readers[reader] as Reader
  const print = ofYaml.test(reader) && random.once(2) ? printYaml : JSON.stringify
  const times = random.count(4)
  let document = sound
  let isOdd = false
  const what: string[] = [reader]
  let last: Path = []
  for (let i = 0; i < times; i++) {
    const path = random.maybe(placesOf(document))
    if (path === undefined) break
    last = path
    const [next, said] = random.pick(changes)(document, path, random)
    document = next
    // Any value may break what is asked of documents as a whole: their depth, how many values they have.
    isOdd = said in oddValues
    what.push(`${path.join('.')}: ${said}`)
  }
  const where = last.join('.')
  const single = times === 1 && isOdd
  const isNull = single && at(document, last) === null && typeof last.at(-1) === 'string'
  const like =
    single && expected.unused?.test(where)
      ? sound
      : isNull && !expected.telling?.test(where)
        ? changed(sound, last)
        : undefined
  let text = print(document)
  if (like === undefined && random.once(4)) {
    const [next, said] = random.pick(textChanges)(text, random)
    text = next
    what.push(said)
  }
  return {
    kind: 'document',
    reader,
    text,
    what,
    ...(like === undefined ? {} : { like: JSON.stringify(like) }),
  }
}
