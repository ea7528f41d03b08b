import { isMapping } from '../../kernel/objects/index.ts'
import { writePackage } from '../../kernel/packages/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import type { Rendering } from './rendering.ts'

// Helm is asked itself: what it takes every cluster to have differs with the Kubernetes it was compiled with.
const asking = writePackage([
  { path: 'asking/Chart.yaml', bytes: Buffer.from('apiVersion: v2\nname: asking\nversion: 1.0.0\n') },
  {
    path: 'asking/templates/apis.yaml',
    bytes: Buffer.from('kind: Answer\napis: {{ .Capabilities.APIVersions | toJson }}\n'),
  },
])

/** Versions that helm takes every cluster to have, without kinds: `apps/v1`, `v1`. @throws SealiftError RENDER_FAILED */
export async function ownApis({ helm, kubernetes, folder, files, signal }: Rendering): Promise<Set<string>> {
  const chart = `${folder}/asking-1.0.0.tgz`
  await files.write(chart, asking, 0o600)
  const release = { release: 'asking', namespace: 'default', chart, values: [] }
  const [answer] = parseManifests(await helm.template(release, { kubernetes }, signal))
  const apis = isMapping(answer) ? answer['apis'] : undefined
  return new Set(Array.isArray(apis) ? apis.filter(api => typeof api === 'string') : [])
}
