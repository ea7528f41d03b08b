import { invalid } from '../fields/index.ts'
import { checkYaml } from '../yaml/index.ts'
import { tenancyClashes } from './clashes.ts'
import { rotationClashes } from './rotation-clashes.ts'
import { type Tenancy, tenancySchema } from './tenancy.ts'

/**
 * Reads a tenancy.yaml. `fileName` is for messages only.
 * @throws SealiftError TENANCY_INVALID with every fault at once: path in the file, what is expected, what was found
 */
export function parseTenancy(text: string, fileName: string): Tenancy {
  const checked = checkYaml(text, tenancySchema)
  const faults = [...(checked.faults ?? []), ...tenancyClashes(checked.raw), ...rotationClashes(checked.raw)]
  if (checked.value !== undefined && faults.length === 0) return checked.value
  throw invalid('TENANCY_INVALID', fileName, faults, [
    'Every field is described in bundles/schema/tenancy.schema.json, which editors can use.',
  ])
}
