import { invalid } from '../fields/index.ts'
import { checkYaml } from '../yaml/index.ts'
import { contradictions } from './api-versions.ts'
import { clashes } from './clashes.ts'
import { type Site, siteSchema } from './site.ts'
import { variableFaults } from './site-environment.ts'
import { type BundleSpec, bundleSpec } from './spec.ts'

/**
 * Reads a bundle.yaml. `fileName` is for messages only.
 * @throws SealiftError SPEC_INVALID with every fault at once: path in the file, what is expected, what was found.
 */
export function parseSpec(text: string, fileName: string): BundleSpec {
  const checked = checkYaml(text, bundleSpec)
  const faults = [...(checked.faults ?? []), ...clashes(checked.raw), ...contradictions(checked.raw)]
  if (checked.value !== undefined && faults.length === 0) return checked.value
  throw invalid('SPEC_INVALID', fileName, faults, [
    'The format is described in bundles/README.md; editors can use bundles/schema/bundle.schema.json.',
  ])
}

/**
 * Reads a site.yaml. `fileName` is for messages only. Faults quote no values: somebody may have put a password
 * where the name of a Secret belongs.
 * @throws SealiftError SITE_INVALID with every fault at once: path in the file, what is expected
 */
export function parseSite(text: string, fileName: string): Site {
  const { value, raw, faults: found = [] } = checkYaml(text, siteSchema, { quote: false })
  const faults = [...found, ...variableFaults(raw)]
  if (value !== undefined && faults.length === 0) return value
  throw invalid('SITE_INVALID', fileName, faults, [
    'Every field is described in bundles/schema/site.schema.json, which editors can use.',
  ])
}
