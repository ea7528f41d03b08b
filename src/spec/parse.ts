import { SealiftError } from '../errors/index.ts'
import { checkYaml } from '../yaml/index.ts'
import { clashes } from './clashes.ts'
import { type BundleSpec, bundleSpec } from './spec.ts'

/**
 * Reads a bundle.yaml. `fileName` is for messages only.
 * @throws SealiftError SPEC_INVALID with every fault at once: path in the file, what is expected, what was found.
 */
export function parseSpec(text: string, fileName: string): BundleSpec {
  const checked = checkYaml(text, bundleSpec)
  const faults = [...(checked.faults ?? []), ...clashes(checked.raw)]
  if (checked.value !== undefined && faults.length === 0) return checked.value
  throw new SealiftError(
    'SPEC_INVALID',
    `${fileName} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}`,
    {
      faults,
      hints: [
        'The format is described in bundles/README.md; editors can use bundles/schema/bundle.schema.json.',
      ],
    },
  )
}
