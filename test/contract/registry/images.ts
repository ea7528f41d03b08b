import { readFile } from 'node:fs/promises'
import {
  type Descriptor,
  type Digest,
  mediaTypes,
  parseReference,
  type Reference,
} from '../../../src/kernel/oci/index.ts'
import { type Blob, storeBlob } from '../../support/connected/blobs.ts'
import { push } from '../../support/connected/push.ts'
import type { ServedImage } from '../../support/faulty-registry.ts'

/** The blob that tests read: long enough for many chunks, and no two places in it are alike. */
export const layerBytes = Buffer.from(Uint32Array.from({ length: 1_100_000 }, (_, i) => i).buffer)

interface TestImage {
  readonly manifest: Blob
  readonly blobs: readonly Blob[]
}

const json = (value: object, mediaType: string) => storeBlob(JSON.stringify(value), mediaType)

const plain = ({ mediaType, digest, size }: Blob): Descriptor => ({
  mediaType,
  digest: digest as Digest,
  size,
})

/** The repository that every test image is in. */
export const repository = 'team/app'

/** The image of one tag at a host, or whatever else is there. */
export function referenceTo(host: string, rest = `${repository}:oci`): Reference {
  const reference = parseReference(`${host}/${rest}`)
  if (!reference) throw new Error(`${host}/${rest} is no reference`)
  return reference
}

/** One small image in OCI's and in Docker's form, each also in an index, by tag. */
export async function testImages(): Promise<Record<string, TestImage>> {
  const config = await json(
    { os: 'linux', architecture: 'amd64' },
    'application/vnd.oci.image.config.v1+json',
  )
  const layer = await storeBlob(layerBytes, 'application/vnd.oci.image.layer.v1.tar')
  const image = async (mediaType: string, kinds: readonly [string, string]) => {
    const [configType, layerType] = kinds
    const body = {
      schemaVersion: 2,
      mediaType,
      config: { ...plain(config), mediaType: configType },
      layers: [{ ...plain(layer), mediaType: layerType }],
    }
    return { manifest: await json(body, mediaType), blobs: [config, layer] }
  }
  const index = async (mediaType: string, { manifest, blobs }: TestImage) => {
    const platform = { os: 'linux', architecture: 'amd64' }
    const body = { schemaVersion: 2, mediaType, manifests: [{ ...plain(manifest), platform }] }
    return { manifest: await json(body, mediaType), blobs }
  }
  const oci = await image(mediaTypes.ociManifest, [config.mediaType, layer.mediaType])
  const docker = await image(mediaTypes.dockerManifest, [
    'application/vnd.docker.container.image.v1+json',
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
  ])
  return {
    oci,
    docker,
    'oci-index': await index(mediaTypes.ociIndex, oci),
    'docker-index': await index(mediaTypes.dockerIndex, docker),
  }
}

/** The same images as the faulty registry serves them. */
export async function servedImages(): Promise<Record<string, ServedImage>> {
  const images = Object.entries(await testImages()).map(async ([tag, { manifest, blobs }]) => {
    const bytes = await Promise.all(blobs.map(({ path }) => readFile(path)))
    const served = { mediaType: manifest.mediaType, manifest: await readFile(manifest.path), blobs: bytes }
    return [`${repository}:${tag}`, served] as const
  })
  return Object.fromEntries(await Promise.all(images))
}

/** Pushes the same images to a real registry. */
export async function pushImages(host: string, authorization: string | undefined): Promise<void> {
  for (const [tag, image] of Object.entries(await testImages())) {
    await push(host, repository, tag, image, authorization)
  }
}

/** The layer that tests read. */
export async function testLayer(): Promise<Descriptor> {
  const layer = (await testImages())['oci']?.blobs[1]
  if (!layer) throw new Error('the test image has no layer')
  return plain(layer)
}
