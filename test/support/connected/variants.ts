/** The other forms in which registries hold images: lists of platforms, and Docker's older manifests. */
import { readFile } from 'node:fs/promises'
import { mediaTypes } from '../../../src/kernel/oci/index.ts'
import { storeBlob } from './blobs.ts'
import { descriptor, type Image } from './image.ts'

/** An OCI image index of images for several architectures, all for Linux. */
export async function imageIndex(images: Readonly<Record<string, Image>>): Promise<Image> {
  const named = Object.entries(images)
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: named.map(([architecture, { manifest }]) => ({
      ...descriptor(manifest),
      platform: { architecture, os: 'linux' },
    })),
  }
  const manifest = await storeBlob(JSON.stringify(index), mediaTypes.ociIndex)
  return { manifest, blobs: [], images: named.map(([, image]) => image) }
}

const dockerTypes: Readonly<Record<string, string>> = {
  [mediaTypes.ociIndex]: mediaTypes.dockerIndex,
  [mediaTypes.ociManifest]: mediaTypes.dockerManifest,
  'application/vnd.oci.image.config.v1+json': 'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.layer.v1.tar+gzip': 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}

/** The same image, or index of images, as Docker's image manifest version 2, schema 2 spells it. */
export async function asDocker(image: Image): Promise<Image> {
  const images = await Promise.all((image.images ?? []).map(asDocker))
  let text = await readFile(image.manifest.path, 'utf8')
  for (const [oci, docker] of Object.entries(dockerTypes)) text = text.replaceAll(`"${oci}"`, `"${docker}"`)
  image.images?.forEach(({ manifest }, i) => {
    text = text.replace(manifest.digest, images[i]?.manifest.digest ?? '')
  })
  // Sizes of the listed manifests change with their media types.
  const value = JSON.parse(text) as { manifests?: { size: number }[] }
  value.manifests?.forEach((listed, i) => {
    listed.size = images[i]?.manifest.size ?? 0
  })
  const mediaType = dockerTypes[image.manifest.mediaType] ?? image.manifest.mediaType
  const manifest = await storeBlob(JSON.stringify(value), mediaType)
  return { manifest, blobs: image.blobs, ...(images.length > 0 ? { images } : {}) }
}
