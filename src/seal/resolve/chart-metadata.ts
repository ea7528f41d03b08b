import { SealiftError } from '../../kernel/errors/index.ts'
import { readPackage } from '../../kernel/packages/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'

/** A chart's own Chart.yaml. */
export interface ChartMetadata {
  readonly name: string
  readonly version: string
  /** Every field as written; `version` and `appVersion` always as text. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly annotations: Readonly<Record<string, string>>
}

// Real ones have a few kilobytes; as YAML each byte takes hundreds of memory.
const mostBytes = 1024 * 1024

/**
 * Reads the outermost Chart.yaml of a packed chart (those of subcharts lie deeper).
 * @throws SealiftError CONTENT_MISMATCH when there is none, it is larger than 1 MiB, or has no name and version
 */
export async function readChartMetadata(packed: Uint8Array, what: string): Promise<ChartMetadata> {
  const files = await readPackage(packed, path => /^[^/]+\/Chart\.yaml$/.test(path))
  const [bytes, ...more] = files.values()
  if (bytes === undefined || more.length > 0) {
    throw new SealiftError(
      'CONTENT_MISMATCH',
      `${what} is not a packed Helm chart: no <name>/Chart.yaml in it`,
    )
  }
  if (bytes.length > mostBytes)
    throw new SealiftError('CONTENT_MISMATCH', `the Chart.yaml of ${what} is larger than 1 MiB`)
  return parseChartYaml(Buffer.from(bytes).toString('utf8'), what)
}

/** Reads the text of a Chart.yaml. @throws SealiftError CONTENT_MISMATCH when it has no name and version */
export function parseChartYaml(text: string, what: string): ChartMetadata {
  let parsed: unknown
  try {
    // Helm's file, read as helm reads it: the first document is all of it.
    parsed = parseManifests(text)[0]
  } catch (error) {
    throw new SealiftError('CONTENT_MISMATCH', `the Chart.yaml of ${what} is not readable as YAML`, {
      cause: error,
    })
  }
  const fields: Record<string, unknown> = { ...(typeof parsed === 'object' ? parsed : {}) }
  // Helm's own types: a bare `appVersion: 2` is text to it.
  for (const key of ['version', 'appVersion']) {
    if (['number', 'boolean'].includes(typeof fields[key])) fields[key] = String(fields[key])
  }
  const { name, version, annotations } = fields
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new SealiftError('CONTENT_MISMATCH', `the Chart.yaml of ${what} has no name and version`)
  }
  return { name, version, fields, annotations: textsOf(annotations) }
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  )
}
