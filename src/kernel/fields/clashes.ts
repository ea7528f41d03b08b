import { printable } from '../errors/index.ts'

// Rules between entries and between fields. They read the document as it was written, not as it was validated: a
// fault in one field must not hide a clash in another.

/** `when` of a rule between fields: it is checked also when a field beside it is wrong. */
export function onEveryObject({ value }: { readonly value: unknown }): boolean {
  return typeof value === 'object' && value !== null
}

type Entry = Readonly<Record<string, unknown>>

/** Entries of a list whose `field` is that of an earlier one; an entry without a key has none. */
export function twice(
  entries: readonly Entry[],
  list: string,
  field: string,
  keyOf: (entry: Entry) => string | undefined,
): string[] {
  const first = new Map<string, number>()
  return entries.flatMap((entry, i) => {
    const key = keyOf(entry)
    if (key === undefined) return []
    const before = first.get(key)
    if (before === undefined) first.set(key, i)
    return before === undefined
      ? []
      : [
          `${list}[${i}]${field && `.${field}`}: expected a name of its own; ${printable(key)} is ${list}[${before}] already`,
        ]
  })
}

/** The mappings in a list of a document; what is no mapping counts as an empty one. */
export function entriesOf(raw: unknown, list: string): Entry[] {
  const entries = (raw as Entry | null | undefined)?.[list]
  return Array.isArray(entries)
    ? entries.map(entry => (typeof entry === 'object' && entry !== null ? entry : {}))
    : []
}
