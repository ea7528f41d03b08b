import { createHash } from 'node:crypto'

/** Whether bytes that a Secret has (base64) are a value, by their digests. */
export function isValue(data: unknown, value: string): boolean {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  return typeof data === 'string' && digest(Buffer.from(data, 'base64')) === digest(Buffer.from(value))
}

/** Whether one of a value's references became nothing when it was expanded, as one does that leads nowhere. */
export function isEmptied(raw: string, expanded: string): boolean {
  if (raw === expanded || !raw.includes('${')) return false
  const [first = '', ...rest] = raw.split(/\$\{[^}]*\}/)
  if (rest.length === 0 || !expanded.startsWith(first)) return false
  let at = first.length
  for (const [i, text] of rest.entries()) {
    const isLast = i === rest.length - 1
    const next = isLast ? expanded.length - text.length : expanded.indexOf(text, at)
    if (next < at || !expanded.startsWith(text, next)) return false
    if (next === at) return true
    at = next + text.length
  }
  return false
}

/**
 * What stands in a JSON value at a property, where External Secrets Operator makes nothing of it: it takes texts only,
 * and says no error of anything else (seen with 0.20.4 and 2.9.0).
 * @returns undefined for a text, and for what cannot be told: no JSON, or a path with signs of its own
 */
export function untakenProperty(value: string, property: string): string | undefined {
  if (!/^[\w-]+(?:\.[\w-]+)*$/.test(property)) return undefined
  let at: unknown
  try {
    at = JSON.parse(value)
  } catch {
    return undefined
  }
  for (const name of property.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[name]
  }
  if (at === null) return 'null'
  if (Array.isArray(at)) return 'a list'
  return typeof at === 'string' || at === undefined
    ? undefined
    : typeof at === 'object'
      ? 'a mapping'
      : `a ${typeof at}`
}

/**
 * Whether a name is one that a pattern of `find` selects. Only texts with `.*` between them are read: patterns are
 * others', and could take for ever. @returns undefined for all else
 */
export function isSelected(pattern: string, name: string): boolean | undefined {
  const [, begin, body, end] = /^(\^?)((?:[\w-]|\.\*|\\\.)*)(\$?)$/.exec(pattern) ?? []
  if (body === undefined) return undefined
  const texts = body.split('.*').map(text => text.replaceAll('\\.', '.'))
  // What is not bound to an end may have anything before it, or behind.
  const [head = '', ...rest] = [...(begin === '^' ? [] : ['']), ...texts, ...(end === '$' ? [] : [''])]
  const tail = rest.pop()
  if (tail === undefined) return name === head
  const limit = name.length - tail.length
  if (!name.startsWith(head) || !name.endsWith(tail) || limit < head.length) return false
  let at = head.length
  for (const text of rest) {
    const found = name.indexOf(text, at)
    if (found < 0 || found + text.length > limit) return false
    at = found + text.length
  }
  return true
}

/** Names as External Secrets Operator makes keys of a Secret of them (`convert` in its esutils). */
export function keyOf(name: string): string {
  return [...name].map(sign => (/[\p{L}\p{N}._-]/u.test(sign) ? sign : '_')).join('')
}
