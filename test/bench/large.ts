/** An image of 10 GB that takes no room in the registry: an empty tar is zeros, of any length, and holes are zeros. */
import { createHash } from 'node:crypto'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { image, push } from '../support/connected/index.ts'

const layers = 20
const layerSize = 512e6

/** Bytes of all its layers together, about. */
export const largeSize = layers * layerSize

/** Where distribution keeps a blob's bytes, below its storage folder. */
export function blobFile(storage: string, digest: string): string {
  const hex = digest.replace('sha256:', '')
  return join(storage, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
}

/** Puts the image into a registry as `bench/large:1`: layers as files with nothing but a hole, then the manifest. */
export async function pushLarge(host: string, storage: string): Promise<void> {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(512e3)
  for (let done = 0; done < layerSize; done += chunk.length) hash.update(chunk)
  const made = []
  for (let i = 0; i < layers; i++) {
    // Each a block longer than the one before, or they would be one blob.
    const size = layerSize + i * 512
    const digest = `sha256:${hash.copy().digest('hex')}`
    hash.update(chunk.subarray(0, 512))
    await placeHole(storage, digest, size)
    const mediaType = 'application/vnd.oci.image.layer.v1.tar'
    made.push({ mediaType, digest, size, path: blobFile(storage, digest), diffId: digest })
  }
  await push(host, 'bench/large', '1', await image(made, { Entrypoint: ['/data'] }))
}

async function placeHole(storage: string, digest: string, size: number): Promise<void> {
  const path = blobFile(storage, digest)
  const link = join(
    storage,
    'docker/registry/v2/repositories/bench/large/_layers',
    digest.replace(':', '/'),
    'link',
  )
  for (const file of [path, link]) await mkdir(dirname(file), { recursive: true })
  const data = await open(path, 'w')
  await data.truncate(size)
  await data.close()
  await writeFile(link, digest)
}
