import * as z from 'zod'

/** One thing in which two locks differ, as `--json` prints it. */
export const change = z.strictObject({
  /** Which part of the lock. */
  what: z.enum([
    'name',
    'version',
    'Kubernetes',
    'platforms',
    'file',
    'chart',
    'order of charts',
    'image',
    'tool',
    'suspect',
    'budget',
    'declared memory',
    'declared CPU',
    'requests of',
    'lock',
  ]),
  /** The chart's name, the image's full name, a container's place; left out for what a lock has once. */
  name: z.string().optional(),
  kind: z.enum(['added', 'removed', 'changed']),
  /** What of it has changed: `version`, `digest`, `package`, … */
  field: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  /** The same for people. */
  sentence: z.string(),
})

export type Change = z.infer<typeof change>

/** What differs in one item, before it is known whose it is. */
export type Difference = Pick<Change, 'field' | 'before' | 'after' | 'sentence'>

/** A field with another value; `sentence` says it better where there is something better to say. */
export function moved(field: string, before: string, after: string, sentence?: string): Difference[] {
  if (before === after) return []
  return [{ field, before, after, sentence: sentence ?? `${field} was ${before}, now ${after}` }]
}

/** Something that a lock has once; `sentence` as in {@link moved}. */
export function changed(what: Change['what'], before: string, after: string, sentence?: string): Change[] {
  if (before === after) return []
  return [
    { what, kind: 'changed', before, after, sentence: sentence ?? `${what}: was ${before}, now ${after}` },
  ]
}

/** Compares two lists by key: what came, what went, and in what each of the others differs; sorted by key. */
export function compare<T>(
  what: Change['what'],
  old: readonly T[],
  now: readonly T[],
  keyOf: (item: T) => string,
  differences: (before: T, after: T) => Difference[],
): Change[] {
  const before = new Map(old.map(item => [keyOf(item), item]))
  const after = new Map(now.map(item => [keyOf(item), item]))
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): Change[] => {
    const was = before.get(name)
    const is = after.get(name)
    if (was === undefined) return [{ what, name, kind: 'added', sentence: `${what} ${name}: added` }]
    if (is === undefined) return [{ what, name, kind: 'removed', sentence: `${what} ${name}: removed` }]
    return differences(was, is).map(({ sentence, ...difference }) => ({
      what,
      name,
      kind: 'changed',
      ...difference,
      sentence: `${what} ${name}: ${sentence}`,
    }))
  })
}
