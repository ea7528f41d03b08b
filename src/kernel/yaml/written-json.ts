import type { Written, WrittenEntry } from './written.ts'

// What JSON is made of; it has been read by JSON.parse before, so nothing else is there.
const signs = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** Deepest nesting that is read, as of YAML. */
const mostDepth = 100

/**
 * A JSON text as it is written: numbers keep their digits, and a key may be there twice.
 * @throws SyntaxError, which may quote the text; RangeError for what is nested too deeply
 */
export function parseWrittenJson(text: string): Written {
  JSON.parse(text)
  const all = text.matchAll(signs)
  const next = (): string => all.next().value?.[0] ?? ''

  const read = (sign: string, depth: number): Written => {
    if (depth > mostDepth) throw new RangeError('nested too deeply')
    if (sign === '{') return { kind: 'mapping', entries: entriesOf(depth + 1) }
    if (sign === '[') return { kind: 'list', items: itemsOf(depth + 1) }
    if (sign.startsWith('"')) return { kind: 'scalar', text: JSON.parse(sign), type: 'text' }
    if (sign === 'null') return { kind: 'scalar', text: sign, type: 'null' }
    if (sign === 'true' || sign === 'false') return { kind: 'scalar', text: sign, type: 'boolean' }
    return { kind: 'scalar', text: sign, type: /[.eE]/.test(sign) ? 'float' : 'integer' }
  }
  const itemsOf = (depth: number): Written[] => {
    const items: Written[] = []
    for (let sign = next(); sign !== ']'; sign = next()) if (sign !== ',') items.push(read(sign, depth))
    return items
  }
  const entriesOf = (depth: number): WrittenEntry[] => {
    const entries: WrittenEntry[] = []
    for (let sign = next(); sign !== '}'; sign = next()) {
      if (sign === ',') continue
      next()
      entries.push({ key: JSON.parse(sign), value: read(next(), depth), merges: false })
    }
    return entries
  }
  return read(next(), 0)
}
