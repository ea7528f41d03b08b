import { SealiftError } from '../../kernel/errors/index.ts'
import { isMapping } from '../../kernel/objects/index.ts'
import { writePackage } from '../../kernel/packages/index.ts'
import type { Values } from '../../kernel/ports/index.ts'
import { parseManifests, syntaxFault } from '../../kernel/yaml/index.ts'
import type { Rendering } from './rendering.ts'

// A chart with nothing in it: what helm says against it is said against its values.
const blank = writePackage([
  { path: 'blank/Chart.yaml', bytes: Buffer.from('apiVersion: v2\nname: blank\nversion: 1.0.0\n') },
])

/**
 * The error of a chart that helm has not rendered: where helm does not take some values file by itself, SPEC_INVALID
 * that names each such file; the error as it is otherwise. @throws SealiftError INTERRUPTED, FILE_FAILED, DISK_FULL
 */
export async function explained(error: unknown, rendering: Rendering): Promise<unknown> {
  if (!(error instanceof SealiftError) || error.code !== 'RENDER_FAILED') return error
  const chart = `${rendering.folder}/blank-1.0.0.tgz`
  await rendering.files.write(chart, blank, 0o600)
  // A helm that renders nothing at all has nothing to say about values.
  if ((await refusal(chart, [], rendering)) !== undefined) return error
  const faults: string[] = []
  for (const [path, bytes] of rendering.values) {
    const said = await refusal(chart, [bytes], rendering)
    if (said !== undefined)
      faults.push(`${path}: ${[ownWords(bytes), `helm: ${said}`].filter(Boolean).join('; ')}`)
  }
  if (faults.length === 0) return error
  return new SealiftError('SPEC_INVALID', 'bundle.yaml names values files that helm cannot read', {
    faults,
    cause: error,
  })
}

/** What helm says against these values, if it does. */
async function refusal(
  chart: string,
  values: readonly Values[],
  { helm, kubernetes, signal }: Rendering,
): Promise<string | undefined> {
  try {
    await helm.template({ release: 'blank', namespace: 'default', chart, values }, { kubernetes }, signal)
    return undefined
  } catch (error) {
    if (!(error instanceof SealiftError) || error.code !== 'RENDER_FAILED') throw error
    // The name that the file has for helm is no name that anybody knows.
    return error.hints.join(' ').replace(/^failed to parse \S+: /, '')
  }
}

/** The same in plainer words, with line and column, where they can be found: helm's line may be missing, or be the one before. */
function ownWords(bytes: Uint8Array): string | undefined {
  try {
    const documents = parseManifests(Buffer.from(bytes).toString('utf8'))
    return documents.every(isMapping) ? undefined : 'expected a mapping'
  } catch (error) {
    return syntaxFault(error, true)
  }
}
