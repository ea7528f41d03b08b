import type { Bundle, CarriedImage } from '../../bundle/layout/index.ts'
import { bytes, SealiftError } from '../../kernel/errors/index.ts'
import type { Descriptor, Digest } from '../../kernel/oci/index.ts'
import type { Runtime } from '../../kernel/ports/index.ts'
import { missingOn } from './load.ts'
import { blobsOf, layersOf } from './plan.ts'

/** Bytes that loading takes on a node. */
export interface SpaceNeeded {
  /** What is copied into the runtime: exact. */
  readonly content: number
  /** What it unpacks to, as far as the layers tell: about. */
  readonly unpacked: number
  /** Bytes free there; absent where that cannot be told. */
  readonly free?: number
}

// What layers of other kinds than gzip are taken to unpack to, times their size.
const usualRatio = 3

/**
 * Makes sure that a node has room for the images that it lacks, before anything is changed. Layers that its content
 * store has count neither packed nor unpacked. What they unpack to is known about only, so it is told, not held.
 * @throws SealiftError DISK_FULL with the numbers, LOAD_FAILED, BUNDLE_WRONG_PLATFORM
 */
export async function requireRoom(runtime: Runtime, bundle: Bundle, platform: string): Promise<SpaceNeeded> {
  const { missing } = await missingOn(runtime, bundle, platform)
  const there = missing.length > 0 ? await runtime.content() : new Set<Digest>()
  const { content, unpacked } = await spaceOf(bundle, missing, platform, there)
  const room = await runtime.room()
  if (room !== undefined && content > room.free) {
    throw new SealiftError(
      'DISK_FULL',
      `no room for the images on this node: they take ${bytes(content)} and about ${bytes(unpacked)} more unpacked, ${bytes(room.free)} are free at ${room.path}`,
      { hints: ['free some space there, such as images that no pod uses: crictl rmi --prune'] },
    )
  }
  return { content, unpacked, ...(room ? { free: room.free } : {}) }
}

/**
 * Bytes that images of a bundle take on a node, without those of their blobs that are `there`.
 * @throws SealiftError BUNDLE_WRONG_PLATFORM
 */
export async function spaceOf(
  bundle: Bundle,
  images: readonly CarriedImage[],
  platform: string,
  there: ReadonlySet<Digest> = new Set(),
): Promise<Pick<SpaceNeeded, 'content' | 'unpacked'>> {
  const lacking = <T extends { readonly digest: Digest }>({ digest }: T) => !there.has(digest)
  const content = blobsOf(images, platform)
    .filter(lacking)
    .reduce((sum, { size }) => sum + size, 0)
  let unpacked = 0
  for (const layer of layersOf(images, platform).filter(lacking))
    unpacked += await unpackedSize(bundle, layer)
  return { content, unpacked }
}

/** A gzip file ends with its unpacked size modulo 4 GiB (RFC 1952, 2.3.1), which is read from its place. */
async function unpackedSize(bundle: Bundle, { digest, size, mediaType }: Descriptor): Promise<number> {
  if (mediaType.endsWith('.tar')) return size
  if (!/gzip$/.test(mediaType) || size < 18 || !bundle.has({ digest, size })) return size * usualRatio
  const tail: Uint8Array[] = []
  for await (const chunk of bundle.bytes(digest, size - 4)) tail.push(chunk)
  return Math.max(size, Buffer.concat(tail).readUInt32LE(0))
}
