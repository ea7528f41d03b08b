import { printable } from '../../../kernel/errors/index.ts'

/** Where in a document something is, and the name that it gets from that. */
export interface Place {
  readonly at: string
  readonly name: string
}

/** The document itself; those behind the first are told by number. */
export const rootOf = (index: number): Place => ({
  at: index === 0 ? '' : `document ${index + 1}: `,
  name: '',
})

/**
 * A place below another: by its key, or its index in a list. The names on the way are joined with `_`. A key that is
 * there once more is told as that.
 */
export function below({ at, name }: Place, step: string | number, nth = 1): Place {
  const joined = name === '' ? String(step) : `${name}_${step}`
  if (typeof step === 'number') return { at: `${at}[${step}]`, name: joined }
  const plain = /^[\w-]+$/.test(step)
  const dot = plain && at !== '' && !at.endsWith(': ') ? '.' : ''
  const again = nth === 1 ? '' : ` (number ${nth} of that name)`
  return { at: `${at}${dot}${plain ? step : `["${printable(step)}"]`}${again}`, name: joined }
}

/** Pairs each with how often its key was there up to it. */
export function counted<T extends { readonly key: string }>(entries: readonly T[]): (T & { nth: number })[] {
  const seen = new Map<string, number>()
  return entries.map(entry => {
    const nth = (seen.get(entry.key) ?? 0) + 1
    seen.set(entry.key, nth)
    return { ...entry, nth }
  })
}
