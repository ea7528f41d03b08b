import { COLLECTION_STYLE, EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml'

interface Placed {
  /** Where it begins in the text, and where it ends: quotes and brackets are part of it. */
  readonly start: number
  readonly end: number
}

/** A text or a number as it is written; an empty one has no length. */
export interface ScalarPlace extends Placed {
  readonly kind: 'scalar'
  readonly value: string
}

/** Keys and values in the order of the text; what an alias stands for is in its place, at its own. */
export interface MappingPlace extends Placed {
  readonly kind: 'mapping'
  /** Whether it is in brackets. */
  readonly flow: boolean
  readonly pairs: readonly { readonly key: YamlPlace; readonly value: YamlPlace }[]
}

export interface SequencePlace extends Placed {
  readonly kind: 'sequence'
  readonly items: readonly YamlPlace[]
}

/** A value of a YAML text with its place in there, for whoever changes some characters and leaves all others. */
export type YamlPlace = ScalarPlace | MappingPlace | SequencePlace

/**
 * The values of every document of a text, each at its place: nothing is resolved but aliases, and merge keys are keys.
 * @throws YAMLException with line and column
 */
export function yamlPlaces(text: string): YamlPlace[] {
  const events = parseEvents(text, {})
  const named = new Map<string, YamlPlace>()
  const documents: YamlPlace[] = []
  let [next, last] = [0, 0]
  const ended = (place: YamlPlace, anchor: { anchorStart: number; anchorEnd: number }): YamlPlace => {
    last = place.end
    if (anchor.anchorStart >= 0) named.set(text.slice(anchor.anchorStart, anchor.anchorEnd), place)
    return place
  }
  const closed = (flow: boolean, from: number): number => {
    if (!flow) return last
    const rest = /(?:[\s,:?]|#[^\n]*(?:\n|$))*[\]}]/y
    rest.lastIndex = Math.max(last, from + 1)
    return rest.test(text) ? rest.lastIndex : Math.max(last, from + 1)
  }
  const read = (): YamlPlace => {
    const event = events[next++]
    if (event === undefined) return nothing(last)
    if (event.type === EVENT_ID.SCALAR) return ended(scalar(text, event, last), event)
    if (event.type === EVENT_ID.ALIAS) {
      last = event.anchorEnd
      return named.get(text.slice(event.anchorStart, event.anchorEnd)) ?? nothing(last)
    }
    if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) return nothing(last)
    const flow = event.style === COLLECTION_STYLE.FLOW
    const inside: YamlPlace[] = []
    while (events[next] !== undefined && events[next]?.type !== EVENT_ID.POP) inside.push(read())
    next++
    const of = { start: event.start, end: closed(flow, event.start) }
    if (event.type === EVENT_ID.SEQUENCE) return ended({ kind: 'sequence', ...of, items: inside }, event)
    const pairs = inside.flatMap((key, at) => {
      const value = inside[at + 1]
      return at % 2 === 0 && value !== undefined ? [{ key, value }] : []
    })
    return ended({ kind: 'mapping', ...of, flow, pairs }, event)
  }
  while (next < events.length) {
    if (events[next++]?.type !== EVENT_ID.DOCUMENT) continue
    named.clear()
    if (events[next]?.type !== EVENT_ID.POP) documents.push(read())
  }
  return documents
}

const nothing = (at: number): ScalarPlace => ({ kind: 'scalar', start: at, end: at, value: '' })

function scalar(
  text: string,
  event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>,
  last: number,
): YamlPlace {
  if (event.valueStart < 0) return nothing(last)
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
  const quote = quoted ? 1 : 0
  const place = { start: event.valueStart - quote, end: event.valueEnd + quote }
  return { kind: 'scalar', ...place, value: getScalarValue(text, event) }
}
