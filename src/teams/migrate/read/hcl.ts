import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Written } from '../../../kernel/yaml/index.ts'

/** A node of the tree that the parser gives of an expression; of an object, keys and values take turns. */
interface Node {
  readonly children?: readonly Node[] | null
  readonly meta?: { readonly value?: string } | null
  readonly range: { readonly start: { readonly byte: number }; readonly end: { readonly byte: number } }
}

/**
 * What a file of Terraform's values assigns (developer.hashicorp.com/terraform/language/values/variables), read by
 * HashiCorp's own parser. Numbers are as they are written; texts are templates, with `$${` for `${`, and what is computed
 * begins with `${`.
 * @throws SealiftError SOPS_FAILED with line and column
 */
export async function parseHcl(text: string, path: string): Promise<Written> {
  // Loaded when it is needed: it is a program of 10 MB.
  const { default: hcl } = await import('@cdktn/hcl2json')
  try {
    const values: unknown = await hcl.parse('values', text)
    if (!hasNumbers(values)) return writtenOf(values, undefined, Buffer.of())
    // The same text as one object, for the parser counts: 1.10 is 1.1 by then, and long numbers are rounded.
    const object = `{\n${text}\n}`
    const tree = (await hcl.getExpressionAst('values', object)) as Node | null
    return writtenOf(values, tree ?? undefined, Buffer.from(object))
  } catch (error) {
    // The parser's own words quote the text.
    const [, line, column] = /values:(\d+),(\d+)/.exec(String(error)) ?? []
    const place = line === undefined ? '' : `, at line ${line}, column ${column}`
    throw new SealiftError('SOPS_FAILED', `${path}: what it holds cannot be read as HCL${place}`)
  }
}

function hasNumbers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number'
  return Object.values(value).some(hasNumbers)
}

function writtenOf(value: unknown, node: Node | undefined, source: Buffer): Written {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, i) => writtenOf(item, node?.children?.[i], source))
    return { kind: 'list', items }
  }
  if (typeof value === 'object' && value !== null) {
    const nodes = fieldsOf(node, source)
    const entries = Object.entries(value).map(([key, field]: [string, unknown]) => ({
      ...{ key, merges: false },
      value: writtenOf(field, nodes.get(key), source),
    }))
    return { kind: 'mapping', entries }
  }
  if (value === null) return { kind: 'scalar', text: '', type: 'null' }
  if (typeof value === 'string') return { kind: 'scalar', text: value, type: 'text' }
  if (typeof value === 'boolean') return { kind: 'scalar', text: String(value), type: 'boolean' }
  const written = node?.meta?.value?.trim() ?? ''
  // Made of a template: the parser counts `"${1}"`.
  if (written.startsWith('"')) return { kind: 'scalar', text: written, type: 'text' }
  const text = /^-?\d/.test(written) ? written : String(value)
  return { kind: 'scalar', text, type: Number.isInteger(value) ? 'integer' : 'float' }
}

/** The values of an object by their keys, which the tree has as places of the text. */
function fieldsOf(node: Node | undefined, source: Buffer): Map<string, Node> {
  const fields = new Map<string, Node>()
  const children = node?.children ?? []
  for (let i = 0; i + 1 < children.length; i += 2) {
    const [key, field] = [children[i], children[i + 1]]
    if (key === undefined || field === undefined) continue
    const written = source.subarray(key.range.start.byte, key.range.end.byte).toString()
    fields.set(/^"[^\\]*"$/.test(written) ? written.slice(1, -1) : written, field)
  }
  return fields
}
