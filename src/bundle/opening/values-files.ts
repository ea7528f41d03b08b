import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import { parseYaml } from '../../kernel/yaml/index.ts'

/** A values file: its text as it stands, and the mapping in it. */
export interface ValuesFile {
  readonly text: string
  readonly values: unknown
}

/**
 * Every values file of a spec's charts once, by its path there.
 * @param where names the spec in the error
 * @param read gives a file's text, or nothing when it is not there
 * @throws SealiftError SPEC_INVALID that names each unusable one
 */
export async function readValues(
  charts: BundleSpec['charts'],
  where: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<Map<string, ValuesFile>> {
  const found = new Map<string, ValuesFile>()
  const faults: string[] = []
  for (const path of new Set(charts.flatMap(chart => chart.values))) {
    try {
      const text = await read(path)
      if (text === undefined) faults.push(`${path}: the values file is not there`)
      else found.set(path, { text, values: mapping(text) })
    } catch (error) {
      faults.push(`${path}: ${printable(messageOf(error).split('\n')[0] ?? '')}`)
    }
  }
  if (faults.length === 0) return found
  throw new SealiftError('SPEC_INVALID', `${where} names values files that cannot be used`, {
    faults,
  })
}

function mapping(text: string): unknown {
  const values = parseYaml(text) ?? {}
  if (typeof values !== 'object' || Array.isArray(values)) throw new Error('expected a mapping')
  return values
}
