import { messageOf, printable, printMemory, SealiftError } from '../../kernel/errors/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'

/** Bytes that a values file may have. */
export const valuesLimit = 16 * 1024 * 1024

/**
 * The bytes of every values file of a spec's charts once, by its path there. Nothing of them is read here: what they
 * mean is for helm to say.
 * @param where names the spec in the error
 * @param read gives a file's bytes, or nothing when it is not there
 * @throws SealiftError SPEC_INVALID that names each unusable one
 */
export async function readValues(
  charts: BundleSpec['charts'],
  where: string,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  const faults: string[] = []
  for (const path of new Set(charts.flatMap(chart => chart.values))) {
    try {
      const bytes = await read(path)
      if (bytes === undefined) faults.push(`${path}: the values file is not there`)
      else if (bytes.length > valuesLimit) faults.push(`${path}: more than ${printMemory(valuesLimit)}`)
      else found.set(path, bytes)
    } catch (error) {
      faults.push(`${path}: ${printable(messageOf(error).split('\n')[0] ?? '')}`)
    }
  }
  if (faults.length === 0) return found
  throw new SealiftError('SPEC_INVALID', `${where} names values files that cannot be used`, {
    faults,
  })
}
