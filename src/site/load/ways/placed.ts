import { type Bundle, type BundleEntry, bundleFile, walkEntries } from '../../../bundle/layout/index.ts'
import { annotations, type Digest, hexOf, parseIndex } from '../../../kernel/oci/index.ts'
import type { BundleSource, Content, ImagesFolder } from '../../../kernel/ports/index.ts'

// Names of Sealift's own files in K3s's folder of images: bundle, version, a part of the bundle's digest; with a number
// where an earlier name is used up.
const own = /^sealift-.+-[0-9a-f]{12}(?:\.\d+)?\.tar$/
// An index.json of a bundle is far smaller.
const indexLimit = 16 * 1024 * 1024

/** What the files of a bundle are called there, but for the number. */
function stem({ digest, lock }: Pick<Bundle, 'digest' | 'lock'>): string {
  return `sealift-${bundleFile(lock).replace(/\.tar$/, '')}-${hexOf(digest).slice(0, 12)}`
}

/** Names of the files of a bundle that lie in K3s's folder. */
export function filesOf(bundle: Pick<Bundle, 'digest' | 'lock'>, names: readonly string[]): string[] {
  const start = stem(bundle)
  return names.filter(name => name.startsWith(`${start}.`) && own.test(name))
}

/** Names of all files that Sealift has put there, whatever bundle they are of. */
export function ownFiles(names: readonly string[]): string[] {
  return names.filter(name => own.test(name))
}

/**
 * A name for a bundle's file that K3s has not seen: it passes by what comes back under a name that it knows, although
 * its images may be gone.
 */
export async function freshName(
  bundle: Pick<Bundle, 'digest' | 'lock'>,
  folder: ImagesFolder,
): Promise<string> {
  const used = new Set([...(await folder.names()), ...(await folder.remembered())])
  const start = stem(bundle)
  for (let count = 1; ; count++) {
    const name = count === 1 ? `${start}.tar` : `${start}.${count}.tar`
    if (!used.has(name)) return name
  }
}

/** The images that a file there names. Nothing for one that is no archive of ours, or cannot be read. */
export async function imagesIn(folder: ImagesFolder, name: string): Promise<string[]> {
  try {
    return await withFile(folder, name, async (source, entries) => {
      const index = entries.find(entry => entry.name === 'index.json')
      if (index === undefined || index.size > indexLimit) return []
      const { manifests } = parseIndex(await source.read(index.offset, index.size), name)
      return manifests.flatMap(({ annotations: given }) => given?.[annotations.containerdName] ?? [])
    })
  } catch {
    return []
  }
}

/** Blobs that lie in files of older bundles, found by digest and size. */
export interface FoundBlobs {
  readonly has: (content: Content) => boolean
  /** A blob's bytes in chunks, as they lie: whoever takes them hashes them. */
  readonly bytes: (digest: Digest) => AsyncIterable<Uint8Array>
}

/** Looks for blobs in the files that Sealift has put there before. */
export async function blobsIn(folder: ImagesFolder, names: readonly string[]): Promise<FoundBlobs> {
  const found = new Map<Digest, { readonly name: string; readonly offset: number; readonly size: number }>()
  for (const name of names) {
    const entries = await withFile(folder, name, async (_, all) => all).catch(() => [])
    for (const { digest, offset, size, complete } of entries)
      if (digest !== undefined && complete) found.set(digest, { name, offset, size })
  }
  return {
    has: ({ digest, size }) => found.get(digest)?.size === size,
    async *bytes(digest) {
      const { name = '', offset = 0, size = 0 } = found.get(digest) ?? {}
      const source = await folder.open(name)
      try {
        for (let at = 0; at < size; at += chunk)
          yield await source.read(offset + at, Math.min(chunk, size - at))
      } finally {
        await source.close()
      }
    },
  }
}

const chunk = 1024 * 1024

async function withFile<T>(
  folder: ImagesFolder,
  name: string,
  use: (source: BundleSource, entries: readonly BundleEntry[]) => Promise<T>,
): Promise<T> {
  const source = await folder.open(name)
  try {
    const entries: BundleEntry[] = []
    for await (const entry of walkEntries(source, () => {})) entries.push(entry)
    return await use(source, entries)
  } finally {
    await source.close()
  }
}
