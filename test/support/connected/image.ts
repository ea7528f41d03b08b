/** OCI images and artifacts put together from layers, without any container tool. */
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { annotations, mediaTypes } from '../../../src/kernel/oci/index.ts'
import { type Blob, type Layer, storeBlob } from './blobs.ts'
import { type Entry, tarStream } from './tar.ts'

/** An image or artifact: its manifest, and the blobs that the manifest names (config first). */
export interface Image {
  /** The manifest, or the index when there are `images`. */
  readonly manifest: Blob
  readonly blobs: readonly Blob[]
  /** Of an index: the images it lists. */
  readonly images?: readonly Image[]
}

/** The `config` part of an OCI image config that our images use (OCI image-spec, config.md). */
export interface RunConfig {
  readonly Entrypoint: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly ExposedPorts?: Readonly<Record<string, object>>
  readonly Labels?: Readonly<Record<string, string>>
}

/** Label of images and pods that are not what they stand for; its value names the real thing. */
export const standInLabel = 'dev.sealift.sandbox/stands-in-for'

/** An OCI descriptor (image-spec, descriptor.md) of a blob. */
export function descriptor({ mediaType, digest, size, annotations }: Blob) {
  return { mediaType, digest, size, ...(annotations ? { annotations } : {}) }
}

/** A Linux image of these layers, lowest first. */
export async function image(
  layers: readonly Layer[],
  run: RunConfig,
  architecture: 'amd64' | 'arm64' = 'amd64',
): Promise<Image> {
  const config = {
    created: '1970-01-01T00:00:00Z',
    architecture,
    os: 'linux',
    config: { ...run, Env: ['PATH=/usr/local/bin:/usr/bin:/bin', ...(run.Env ?? [])] },
    rootfs: { type: 'layers', diff_ids: layers.map(layer => layer.diffId) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'sealift sandbox' })),
  }
  const blob = await storeBlob(JSON.stringify(config), 'application/vnd.oci.image.config.v1+json')
  return artifact({ config: blob, layers })
}

/** An artifact in the form of OCI image-spec 1.1; without a config it has the empty one. */
export async function artifact(parts: {
  readonly artifactType?: string
  readonly config?: Blob
  readonly layers: readonly Blob[]
  readonly annotations?: Readonly<Record<string, string>>
}): Promise<Image> {
  const config = parts.config ?? (await storeBlob('{}', mediaTypes.ociEmpty))
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    ...(parts.artifactType ? { artifactType: parts.artifactType } : {}),
    config: descriptor(config),
    layers: parts.layers.map(descriptor),
    ...(parts.annotations ? { annotations: parts.annotations } : {}),
  }
  return {
    manifest: await storeBlob(JSON.stringify(manifest), mediaTypes.ociManifest),
    blobs: [config, ...parts.layers],
  }
}

/**
 * Writes one OCI archive (a tar that is an OCI layout) that `ctr images import` and skopeo read, each image
 * under its full name, as `docker.io/library/redis:7`.
 */
export async function imageArchive(images: Readonly<Record<string, Image>>, out: string): Promise<void> {
  const named = Object.entries(images)
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: named.map(([name, image]) => ({
      ...descriptor(image.manifest),
      platform: { architecture: 'amd64', os: 'linux' },
      annotations: { [annotations.containerdName]: name, [annotations.refName]: name },
    })),
  }
  const blobs = named.flatMap(([, image]) => [image.manifest, ...image.blobs])
  const entries: Entry[] = [
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', content: JSON.stringify(index) },
    ...blobs.map(({ digest, path }) => ({ path: `blobs/${digest.replace(':', '/')}`, source: path })),
  ]
  const writing = `${out}.${process.pid}`
  await pipeline(Readable.from(tarStream(entries)), createWriteStream(writing))
  await rename(writing, out)
}

/** Short name for a file made of this image: differs when the image differs. */
export function imageKey(image: Image): string {
  return image.manifest.digest.slice('sha256:'.length, 'sha256:'.length + 16)
}
