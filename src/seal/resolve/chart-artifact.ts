import { annotations, canonicalJson, type Descriptor, digestOf, mediaTypes } from '../../kernel/oci/index.ts'
import type { ChartMetadata } from './chart-metadata.ts'

/** A blob with its bytes. */
interface Blob {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** A chart as a Helm OCI artifact: its manifest, and config and layers in the manifest's order. */
export interface ChartArtifact {
  readonly manifest: Blob
  readonly blobs: readonly Blob[]
}

/**
 * The OCI artifact of a packed chart, as `helm push` lays it out (helm.sh/docs/topics/registries), but with
 * sorted keys and without the time of day, so that one package gives one artifact. No name annotation:
 * containerd would take the chart for an image.
 */
export function chartArtifact(metadata: ChartMetadata, packed: Uint8Array): ChartArtifact {
  const config = blob(mediaTypes.helmConfig, Buffer.from(canonicalJson(metadata.fields)))
  const layer = blob(mediaTypes.helmChart, packed)
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: config.descriptor,
    layers: [layer.descriptor],
    annotations: { [annotations.title]: metadata.name, 'org.opencontainers.image.version': metadata.version },
  }
  return {
    manifest: blob(mediaTypes.ociManifest, Buffer.from(canonicalJson(manifest))),
    blobs: [config, layer],
  }
}

function blob(mediaType: string, bytes: Uint8Array): Blob {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}
