import { bytes as inUnits } from '../errors/index.ts'

const maxDepth = 64
const maxCommas = 100_000

/**
 * Reads JSON from outside: at most `limit` bytes, valid UTF-8, at most 64 levels deep, and of few enough values
 * that holding them to a schema takes no more memory than is there.
 * @throws Error with a plain message
 */
export function parseJson(bytes: Uint8Array, limit: number): unknown {
  if (bytes.length > limit) throw new Error(`larger than ${inUnits(limit)}`)
  let depth = 0
  let commas = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) throw new Error(`nested deeper than ${maxDepth} levels`)
    } else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === 0x2c && ++commas > maxCommas) throw new Error(`of more than ${maxCommas} values`)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Error('not valid JSON')
  }
}

/**
 * The same, of a document in which no field may be there twice: which of them counts hangs on who reads it.
 * @throws Error with a plain message
 */
export function parseJsonOnce(bytes: Uint8Array, limit: number): unknown {
  const value = parseJson(bytes, limit)
  if (fieldsOf(value) < colonsIn(bytes)) throw new Error('a field is there twice')
  return value
}

/** Colons outside of strings, of which each field has one. */
function colonsIn(bytes: Uint8Array): number {
  let [colons, inString] = [0, false]
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === 0x22) inString = !inString
    else if (inString && byte === 0x5c) i++
    else if (!inString && byte === 0x3a) colons++
  }
  return colons
}

function fieldsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const within = Object.values(value).reduce<number>((sum, field) => sum + fieldsOf(field), 0)
  return Array.isArray(value) ? within : within + Object.keys(value).length
}

/**
 * The one JSON text of a value: keys sorted by code unit, no white space, fields that are `undefined` left
 * out. For values that Sealift makes: strings, whole numbers, booleans, arrays and plain objects.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  )
}
