import { printable, SealiftError } from '../errors/index.ts'
import { parseManifests, syntaxFault } from '../yaml/index.ts'

/** Any YAML mapping. */
export type Mapping = Readonly<Record<string, unknown>>

/** One rendered object with the chart it came from. */
export interface RenderedObject {
  readonly chart: string
  readonly kind: string
  /** `Kind/name`. */
  readonly title: string
  readonly content: Mapping
}

/**
 * The objects of `helm template`'s output; `kind: List` and its like are opened, at any depth.
 * @throws SealiftError RENDER_FAILED with template and line when the output is not YAML
 */
export function renderedObjects(chart: string, yaml: string): RenderedObject[] {
  try {
    return parseManifests(yaml).flatMap(document => open(chart, document))
  } catch (error) {
    throw new SealiftError('RENDER_FAILED', `chart ${chart} renders to something that is not YAML`, {
      faults: [faultIn(yaml, error)],
      cause: error,
    })
  }
}

/**
 * A fault with the template that it lies in, which helm names above each template's output, and its place in that
 * output; without the output's own words, which may be secret.
 */
function faultIn(yaml: string, error: unknown): string {
  const line = (error as { mark?: { line: number } } | undefined)?.mark?.line
  if (line === undefined) return syntaxFault(error, false)
  const before = yaml.split('\n').slice(0, line + 1)
  const start = before.findLastIndex(text => text.startsWith('# Source: '))
  const where =
    start < 0 ? '' : `${printable(before[start]?.slice('# Source: '.length) ?? '', 200)}, in its output `
  return `${where}${syntaxFault(error, false, start + 1)}`
}

function open(chart: string, document: unknown): RenderedObject[] {
  if (!isMapping(document)) return []
  const { kind, metadata, items } = document
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap(item => open(chart, item))
  }
  const name = isMapping(metadata) ? (metadata['name'] ?? metadata['generateName']) : undefined
  const shown = typeof kind === 'string' ? kind : 'Object'
  return [
    { chart, kind: shown, title: `${shown}/${typeof name === 'string' ? name : '?'}`, content: document },
  ]
}

/** Whether a value is a YAML mapping. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A mapping field's own fields; anything else counts as one without any. */
export function fieldsOf(value: unknown): Mapping {
  return isMapping(value) ? value : {}
}

/** Amounts by name, each there or not. */
export type Counts = Readonly<Record<string, number | undefined>>

/** The numbers among a mapping field's own fields. */
export function countsIn(value: unknown): Counts {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([name, field]) =>
      typeof field === 'number' ? [[name, field] as const] : [],
    ),
  )
}

/** The texts among a mapping field's own fields. */
export function textsIn(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([name, field]) =>
      typeof field === 'string' ? [[name, field] as const] : [],
    ),
  )
}

/** The mappings of a list field; anything else counts as none. */
export function mappingsOf(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter(isMapping) : []
}

/** Adds a key to a path: `spec.template`, `data["a.b"]`. */
export function joinPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`
  return path === '' ? key : `${path}.${key}`
}
