/** A document that somebody else wrote, in every form that its fields may come in. */
import { isDeepStrictEqual } from 'node:util'
import { SealiftError } from '../../src/kernel/errors/index.ts'

/** Where a field is: keys of mappings and places in lists, from the top on. */
export type Path = readonly (string | number)[]

/** What may stand where something else is expected, by what it is. */
export const oddValues: Readonly<Record<string, unknown>> = {
  null: null,
  'an empty text': '',
  'an empty list': [],
  'an empty mapping': {},
  'a number': 5,
  'a text': 'x',
  true: true,
  'a huge number': 1e300,
  'a negative number': -1,
  'a long text': 'x'.repeat(5000),
  'a list of nothing': [null],
  'a list of texts': ['x'],
}

const isHolder = (value: unknown): value is Record<string, unknown> | unknown[] =>
  typeof value === 'object' && value !== null

/** Every field of every mapping in a document, and every entry of every list. */
export function placesOf(document: unknown, at: Path = []): Path[] {
  if (!isHolder(document)) return []
  return Object.entries(document).flatMap(([key, value]) => {
    const path = [...at, Array.isArray(document) ? Number(key) : key]
    return [path, ...placesOf(value, path)]
  })
}

/** The document with another value at a place; without the field where there is none given. */
export function changed(document: unknown, [key, ...rest]: Path, ...value: readonly unknown[]): unknown {
  if (key === undefined) return value[0]
  if (Array.isArray(document)) {
    const next = [...document]
    if (rest.length === 0 && value.length === 0) next.splice(Number(key), 1)
    else next[Number(key)] = changed(next[Number(key)], rest, ...value)
    return next
  }
  const { [key]: field, ...others } = document as Record<string, unknown>
  if (rest.length === 0 && value.length === 0) return others
  // In its place: some readers care for the order.
  return Object.fromEntries(
    Object.entries({ ...(document as object) }).map(([name, one]) => [
      name,
      name === String(key) ? changed(field, rest, ...value) : one,
    ]),
  )
}

/** How a reader took a document: what it gave, or with which code it refused. */
export type Taken = { readonly read: unknown } | { readonly code: string; readonly said: string }

/** Runs a reader. @throws whatever the reader throws that is no clear error */
export async function taken(read: () => unknown): Promise<Taken> {
  try {
    return { read: await read() }
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code === 'BUG') throw error
    return { code: error.code, said: [error.message, ...error.faults].join('\n') }
  }
}

/** Whether two outcomes are one: the same result, or the same refusal in whatever words. */
export function alike(one: Taken, other: Taken): boolean {
  return 'read' in one ? isDeepStrictEqual(one, other) : 'code' in other && one.code === other.code
}

/** What is known of a document's fields, each by its path with dots (`manifests.0.size`). */
export interface Expected {
  /** Fields in which null is more than absence. */
  readonly telling?: RegExp
  /** Fields that nobody needs: whatever is in them, the document is read as if nothing were. */
  readonly unused?: RegExp
  /** What a refusal names. */
  readonly named?: RegExp
}

/**
 * Gives a reader each variation of a sound document, and tells what it took in the wrong way: each must be read, or
 * refused with a clear error; null counts as absent.
 */
export async function wronglyTaken(
  sound: unknown,
  read: (document: unknown) => unknown,
  { telling = /^$/, unused = /^$/, named = /(?:)/ }: Expected = {},
): Promise<string[]> {
  const wrong: string[] = []
  const whole = await taken(() => read(sound))
  if (!('read' in whole)) return [`the sound document: ${whole.said}`]
  for (const path of placesOf(sound)) {
    const where = path.join('.')
    const without = await taken(() => read(changed(sound, path))).catch(String)
    for (const [what, value] of Object.entries(oddValues)) {
      const told = (fault: string) => wrong.push(`${where}, ${what}: ${fault}`)
      try {
        const outcome = await taken(() => read(changed(sound, path, structuredClone(value))))
        const isNull = value === null && typeof path.at(-1) === 'string' && !telling.test(where)
        if (isNull && (typeof without === 'string' || !alike(outcome, without))) told('is not absence')
        if (unused.test(where) && !alike(outcome, whole)) told('matters, though nobody needs it')
        if ('said' in outcome && !named.test(outcome.said)) told(`names nothing: ${outcome.said}`)
      } catch (error) {
        told(error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 3).join(' ') : String(error))
      }
    }
  }
  return wrong
}
