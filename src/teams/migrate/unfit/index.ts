import { bytes } from '../../../kernel/errors/index.ts'
import type { Doubt, Found, Origin } from '../found.ts'
import { shown, unfitName } from './names.ts'
import { type Expansion, largestSecret, sizeOf, unfitValue } from './values.ts'

export { shown } from './names.ts'
export { type Expansion, sizeOf } from './values.ts'

/**
 * What of all secrets would not survive on the server, for an ExternalSecret, in Kubernetes or in a shell. Of a name
 * that is there more than once the first is taken, if they are all equal.
 */
export function doubtsOf(found: readonly Found[], expansion: Expansion): Doubt[] {
  const own = found.flatMap(({ name, value, from }) =>
    [...unfitName(name), ...unfitValue(name, value, expansion)].map(unfit => ({ from, ...unfit })),
  )
  const twice = [...byName(found).values()].flatMap(all => duplicates(all))
  return [...own, ...twice, ...together(found)]
}

/** What was found, by its name. */
export function byName(found: readonly Found[]): Map<string, readonly Found[]> {
  return Map.groupBy(found, ({ name }) => name)
}

// As many places are named of a name that is in more: with all of them, a thousand would make a million.
const mostPlaces = 3

/** Where something is, for people: `prod.enc.yaml at db.password`. */
export function placeText({ file, at }: Origin): string {
  return at === '' ? file : `${file} at ${at}`
}

function duplicates([first, ...others]: readonly Found[]): Doubt[] {
  if (first === undefined || others.length === 0) return []
  const equal = others.every(({ value }) => value.reveal() === first.value.reveal())
  if (!equal) {
    // One more than are named, for one of them may be the place itself.
    const places = [first, ...others.slice(0, mostPlaces)].map(({ from }) => placeText(from))
    return [first, ...others].map(({ name, from }) => {
      const elsewhere = places.filter(place => place !== placeText(from)).slice(0, mostPlaces)
      const more = others.length - elsewhere.length
      const named = `${elsewhere.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
      const text = `${shown(name)} has another value in ${named}: only one of them can have the name`
      return { from, kind: 'refused', text }
    })
  }
  return others.map(({ name, from }) => ({
    from,
    kind: 'told',
    text: `${shown(name)} is in ${placeText(first.from)} too, with the same value: it is written once`,
  }))
}

function together(found: readonly Found[]): Doubt[] {
  const sum = found.reduce((all, { value }) => all + sizeOf(value), 0)
  const [first] = found
  if (first === undefined || sum <= largestSecret) return []
  const text = `all of it together has ${bytes(sum)}: more than the 1 MiB of one Kubernetes Secret, so that no dataFrom.find can take the whole folder`
  return [{ from: { file: first.from.file, at: '' }, kind: 'told', text }]
}
