/** Released tools as OCI artifacts. */

import { annotations, mediaTypes } from '../../../src/kernel/oci/index.ts'
import { goTool } from '../tools/build.ts'
import { layer } from './blobs.ts'
import { artifact, type Image } from './image.ts'

/** The version of helm that tools/helm compiles. */
export const helmVersion = 'v4.3.1'

/** helm in one layer: the archive of upstream's release, `linux-amd64/helm` in a tar.gz. */
export async function helmArtifact(): Promise<Image> {
  const { diffId: _, ...archive } = await layer([
    { path: 'linux-amd64/helm', mode: 0o755, source: await goTool('helm') },
  ])
  const title = { [annotations.title]: `helm-${helmVersion}-linux-amd64.tar.gz` }
  return artifact({ artifactType: mediaTypes.bundleTool, layers: [{ ...archive, annotations: title }] })
}
