/** Changes JSON documents: as trees, so that they stay JSON, or as text, so that readers may differ on them. */
import { canonicalJson } from '../../src/kernel/oci/index.ts'
import { digestOfPart, documentOf, type Forgery, marks, partsWith, replace } from './forge.ts'
import { hostileKey, hostileText, hostileValue, numbers } from './hostile.ts'
import type { Random } from './random.ts'

type Tree = Record<string, unknown> | unknown[]
type Place = readonly [holder: Tree, key: string | number]

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null
const get = ([holder, key]: Place): unknown => (holder as Record<string | number, unknown>)[key]
const set = ([holder, key]: Place, value: unknown) =>
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })

function placesIn(tree: Tree): Place[] {
  const own = Object.keys(tree).map(key => [tree, Array.isArray(tree) ? Number(key) : key] as const)
  return own.flatMap(place => {
    const value = get(place)
    return isTree(value) ? [place, ...placesIn(value)] : [place]
  })
}

/** Picks a JSON document of the bundle, index.json most often. */
function pickDocument(forgery: Forgery, random: Random) {
  const { index, manifest, imageIndex, config, chart, artifact } = marks
  const mark = random.pick([index, index, index, manifest, imageIndex, config, chart, artifact, artifact])
  return random.maybe(partsWith(forgery, mark))
}

/** Changes one place of one document; what refers to it is made to fit. */
export function changeTree(forgery: Forgery, random: Random): string {
  const part = pickDocument(forgery, random)
  const tree: unknown = documentOf(part)
  if (part === undefined || !isTree(tree)) return 'no document'
  const places = placesIn(tree)
  const place = random.maybe(places)
  if (place === undefined) return 'an empty document'
  const what = changePlace(place, places, forgery, random)
  replace(forgery, part, Buffer.from(part.name === 'index.json' ? canonicalJson(tree) : JSON.stringify(tree)))
  return `${part.name.slice(0, 20)} ${String(place[1]).slice(0, 40)}: ${what}`
}

function changePlace(place: Place, places: readonly Place[], forgery: Forgery, random: Random): string {
  const value = get(place)
  const [holder, key] = place
  const fitting = () =>
    typeof value === 'number'
      ? random.pick(numbers)
      : typeof value === 'string'
        ? hostileText(random)
        : hostileValue(random)
  switch (random.below(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
      return 'taken out'
    case 1:
      set(place, hostileValue(random))
      return 'any value'
    case 2: {
      const other = random.pick(places)
      const kept = structuredClone(get(other))
      set(other, structuredClone(value))
      set(place, kept)
      return 'changed places'
    }
    case 3: {
      const times = random.count(20) + (random.once(50) ? 2500 : 0)
      if (Array.isArray(holder)) holder.push(...Array.from({ length: times }, () => structuredClone(value)))
      else set([holder, hostileKey(random)], structuredClone(value))
      return 'repeated'
    }
    case 4:
      if (!isTree(value)) break
      set([value, Array.isArray(value) ? value.length : hostileKey(random)], hostileValue(random))
      return 'a field more'
    case 5: {
      const [other, whole] = [random.maybe(forgery.parts), !random.once(4)]
      const holds = isTree(value) && !Array.isArray(value) ? value : holder
      if (other === undefined || Array.isArray(holds)) break
      holds['digest'] = digestOfPart(other)
      if (whole) holds['size'] = other.body.length
      return 'another blob'
    }
    default:
  }
  set(place, fitting())
  return 'a value of its type'
}

/** Changes a document's text, without regard for whether it stays JSON. */
export function changeText(forgery: Forgery, random: Random): string {
  const part = pickDocument(forgery, random)
  if (part === undefined) return 'no document'
  const text = part.body.toString('latin1')
  const at = random.below(text.length + 1)
  const field = random.pick([
    '"size":1',
    '"digest":"x"',
    '"__proto__":{"size":1}',
    '"manifests":[]',
    '"a":1e400',
  ])
  const wide = random.pick(['[', '{"a":', '0,', '"x",'])
  const next = random.pick([
    () => text.slice(0, at),
    () => `\u00ef\u00bb\u00bf${text}`,
    () => text.replace('{', `{${field},`),
    () => text.replace(/\{(?=[^{]*$)/, `{${field},`),
    () =>
      text.replace(
        /"size":\d+/,
        `"size":${random.pick(['1e15', '-1', '01', '1e999', '0x10', 'NaN', '1.0'])}`,
      ),
    () => `${text.slice(0, at)}${String.fromCharCode(random.below(256))}${text.slice(at + 1)}`,
    () => text + random.pick(['\n', ' ', '{}', '\0', text]),
    () => text.replace(':', random.pick([': ', ':\t', ':\n'])),
    () => text.replaceAll('"', random.pick(["'", '\\"', '"'])),
    () => `${text.slice(0, at)}${wide.repeat(random.count(20_000))}${text.slice(at)}`,
    () => text.replace(/"([a-z])/, (_, one: string) => `"\\u00${one.charCodeAt(0).toString(16)}`),
  ])()
  replace(forgery, part, Buffer.from(next, 'latin1'))
  return `${part.name.slice(0, 20)}: other text`
}
