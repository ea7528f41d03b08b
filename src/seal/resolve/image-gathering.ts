import { printable } from '../../kernel/errors/index.ts'
import { carriedName } from '../../kernel/oci/index.ts'

/** Where an image or suspect is named. Same shape as the lock's reason. */
export interface Place {
  readonly chart: string
  readonly object: string
  readonly field: string
}

/** One name as found, before names are gathered. */
export interface Sighting extends Place {
  readonly text: string
}

/** Names in full, each with every place that has it, sorted. */
export function gather(sightings: readonly Sighting[]): { name: string; reasons: Place[] }[] {
  const byName = new Map<string, Sighting[]>()
  for (const sighting of sightings) {
    const name = carriedName(sighting.text)
    const found = byName.get(name)
    if (found === undefined) byName.set(name, [sighting])
    else found.push(sighting)
  }
  return [...byName]
    .sort(([a], [b]) => order(a, b))
    .map(([name, found]) => ({ name, reasons: placesOf(found) }))
}

/** The places of one image. An object that has the name twice in one field has it there once. */
function placesOf(found: readonly Sighting[]): Place[] {
  const places = unique(found.map(sighting => ({ ...sighting, text: '' })))
  return places.map(({ chart, object, field }) => ({ chart, object, field }))
}

/** Each sighting once, sorted; and fit to be shown as well: a bundle whose lock has other text is refused. */
export function unique(sightings: readonly Sighting[]): Sighting[] {
  const shown = sightings.map(({ text, chart, object, field }) => ({
    text: printable(text, 400),
    chart,
    object: printable(object, 400),
    field: printable(field, 400),
  }))
  const keyed = new Map(
    shown.map(item => [[item.text, item.chart, item.object, item.field].join('\n'), item]),
  )
  return [...keyed].sort(([a], [b]) => order(a, b)).map(([, item]) => item)
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
