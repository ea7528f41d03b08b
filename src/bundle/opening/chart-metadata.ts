import { SealiftError } from '../../kernel/errors/index.ts'
import { textsIn } from '../../kernel/objects/index.ts'
import { readPackage } from '../../kernel/packages/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import type { Bundle } from '../layout/index.ts'
import { chartPackage } from './carried.ts'

// Real ones have a few kilobytes.
const mostBytes = 1024 * 1024

/**
 * What a carried chart says of itself in Chart.yaml (helm.sh/docs/topics/charts).
 * @throws SealiftError BUNDLE_MALFORMED, CONTENT_MISMATCH when it says nothing that can be read
 */
export async function chartMetadata(
  bundle: Bundle,
  name: string,
): Promise<{ readonly kubeVersion?: string }> {
  const packed = await chartPackage(bundle, name)
  const files = await readPackage(packed, path => /^[^/]+\/Chart\.yaml$/.test(path))
  const [bytes] = files.values()
  if (bytes === undefined || bytes.length > mostBytes)
    throw new SealiftError('CONTENT_MISMATCH', `chart ${name} has no Chart.yaml that can be read`)
  try {
    const { kubeVersion } = textsIn(parseManifests(Buffer.from(bytes).toString('utf8'))[0])
    return kubeVersion === undefined ? {} : { kubeVersion }
  } catch (cause) {
    throw new SealiftError('CONTENT_MISMATCH', `the Chart.yaml of chart ${name} is not YAML`, { cause })
  }
}
