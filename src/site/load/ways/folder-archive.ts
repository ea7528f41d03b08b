import { createHash } from 'node:crypto'
import { type Bundle, baseMissing } from '../../../bundle/layout/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { hexOf } from '../../../kernel/oci/index.ts'
import type { BundleSource, ImagesFolder, Runtime } from '../../../kernel/ports/index.ts'
import { archive, archiveSize, type BlobSource, wholeArchive } from '../archive.ts'
import { blobsOf } from '../plan.ts'
import { blobsIn, ownFiles } from './placed.ts'

/** What an archive for K3s's folder is made from. */
export interface ArchiveParts {
  readonly imagesFolder: ImagesFolder
  readonly runtime: Runtime | undefined
  readonly platform: string
  readonly source: Pick<BundleSource, 'volumes'>
}

/** What goes into K3s's folder. */
export interface Archive {
  /** Whether it is the bundle's file as it is. */
  readonly whole: boolean
  /** Bytes. */
  readonly size: number
  readonly stream: () => AsyncIterable<Uint8Array>
}

/**
 * The bundle's file as it is; of one in volumes, and of a delta, an archive of its images alone, with those layers of
 * the delta's base that older files in the folder have. @throws SealiftError BUNDLE_WRONG_PLATFORM
 */
export async function archiveFor(parts: ArchiveParts, bundle: Bundle): Promise<Archive> {
  const { source, platform } = parts
  if (source.volumes === undefined && bundle.absent.length === 0)
    return { whole: true, ...wholeArchive(bundle) }
  // Not the names by digest alone: K3s makes those itself, and calls a file with one in its index failed.
  const contents = { images: bundle.images, platform, namesOf: (image: { name: string }) => [image.name] }
  const blobs = await withOlder(parts.imagesFolder, bundle)
  return { whole: false, size: archiveSize(blobs, contents), stream: () => archive(blobs, contents) }
}

/**
 * Makes sure that what a delta leaves out is in files of older bundles, or in containerd; `lacking` is how many layers
 * only the latter has. @throws SealiftError BASE_MISSING, LOAD_FAILED, BUNDLE_WRONG_PLATFORM
 */
export async function required(
  { imagesFolder: folder, runtime, platform }: ArchiveParts,
  bundle: Bundle,
): Promise<{ readonly words: string; readonly lacking: number }> {
  if (bundle.absent.length === 0) return { words: 'nothing', lacking: 0 }
  const wanted = new Set(blobsOf(bundle.images, platform).map(({ digest }) => digest))
  const needed = bundle.absent.filter(({ digest }) => wanted.has(digest))
  const blobs = await withOlder(folder, bundle)
  const elsewhere = needed.filter(layer => !blobs.has(layer))
  const content = elsewhere.length > 0 ? await runtime?.content() : undefined
  const missing = elsewhere.filter(({ digest }) => !content?.has(digest))
  if (missing.length > 0)
    throw baseMissing(missing, "in this node's containerd, nor in files of Sealift's in K3s's folder", [
      'carry the full bundle, or make it with `sealift merge` from the delta and the older bundle',
    ])
  const kept = needed.length - elsewhere.length
  return {
    words: `${kept} of its layers are in ${folder.path}, ${elsewhere.length} in containerd`,
    lacking: elsewhere.length,
  }
}

async function withOlder(folder: ImagesFolder, bundle: Bundle): Promise<BlobSource> {
  if (bundle.absent.length === 0) return bundle
  const older = await blobsIn(folder, ownFiles(await folder.names()))
  return {
    has: content => bundle.has(content) || older.has(content),
    async *stream(digest) {
      if (!bundle.absent.some(layer => layer.digest === digest)) return yield* bundle.stream(digest)
      const hash = createHash('sha256')
      for await (const part of older.bytes(digest)) {
        hash.update(part)
        yield part
      }
      if (hash.digest('hex') !== hexOf(digest))
        throw new SealiftError('LOAD_FAILED', `layer ${digest} has changed in ${folder.path}`, {
          hints: [
            'carry the full bundle, or make it with `sealift merge` from the delta and the older bundle',
          ],
        })
    },
  }
}
