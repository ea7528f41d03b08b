/** Images without meaning, for tests and measurements that need many or large ones. */
import { createCipheriv, createHash } from 'node:crypto'
import { type Layer, storeLayer } from './blobs.ts'
import { type Image, image } from './image.ts'
import { tarStream } from './tar.ts'

/** Bytes that look random and are always the same for one seed: an AES key stream. */
async function* randomTar(seed: string, size: number): AsyncGenerator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', createHash('md5').update(seed).digest(), Buffer.alloc(16))
  const zeros = Buffer.alloc(1 << 20)
  const content: Buffer[] = []
  for (let left = size; left > 0; left -= zeros.length) {
    content.push(cipher.update(zeros.subarray(0, Math.min(left, zeros.length))))
  }
  yield* tarStream([{ path: 'data', content: Buffer.concat(content) }])
}

/** A layer with one file of `size` bytes that cannot be compressed; made in memory, the same for the same arguments. */
export function randomLayer(seed: string, size: number): Promise<Layer> {
  return storeLayer(randomTar(seed, size), 0)
}

/**
 * An image of `layers` layers, each holding one file of `bytesPerLayer` bytes that cannot be compressed.
 * The same arguments give the same image. Each layer is made in memory.
 */
export async function randomImage(wanted: {
  readonly layers: number
  readonly bytesPerLayer: number
  readonly seed: string
  readonly architecture?: 'amd64' | 'arm64'
}): Promise<Image> {
  const made = []
  for (let i = 0; i < wanted.layers; i++) {
    made.push(await randomLayer(`${wanted.seed} ${i}`, wanted.bytesPerLayer))
  }
  return image(made, { Entrypoint: ['/data'] }, wanted.architecture)
}
