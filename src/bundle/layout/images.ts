import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import { type Descriptor, type Digest, digestOf, isIndexType, parseIndex } from '../../kernel/oci/index.ts'
import type { BundleImage } from './contents.ts'

/** How many indexes may lie in one another, the one that a name points at counted; real ones go two deep. */
export const maxIndexDepth = 4

/**
 * Sorts an image's manifests into indexes, manifests, and those that are carried alone, each once, root first.
 * @throws SealiftError CONTENT_MISMATCH when the root, or every manifest, or a descriptor's size is missing or wrong,
 * or a manifest was given that the root does not lead to
 */
export function carriedManifests({ name, root, manifests, documents = [] }: BundleImage): {
  readonly indexes: Uint8Array[]
  readonly manifests: Uint8Array[]
  readonly documents: Uint8Array[]
} {
  const given = new Map<Digest, Uint8Array>(
    [...documents, ...manifests].map(bytes => [digestOf(bytes), bytes]),
  )
  const alone = new Set(documents)
  const found = {
    indexes: new Set<Uint8Array>(),
    manifests: new Set<Uint8Array>(),
    documents: new Set<Uint8Array>(),
  }
  const fail = (message: string) =>
    new SealiftError('CONTENT_MISMATCH', `image ${printable(name)}: ${message}`)
  const walk = ({ digest, size, mediaType }: Descriptor, depth: number) => {
    const bytes = given.get(digest)
    if (bytes === undefined) return
    if (bytes.length !== size) throw fail(`${digest} has ${count(bytes.length, 'byte')}, not ${size}`)
    if (!isIndexType(mediaType)) {
      found[alone.has(bytes) ? 'documents' : 'manifests'].add(bytes)
      return
    }
    if (found.indexes.has(bytes)) return
    if (depth > maxIndexDepth) throw fail('indexes are nested too deep')
    found.indexes.add(bytes)
    for (const child of parseIndex(bytes, name).manifests) walk(child, depth + 1)
  }
  walk(root, 1)
  if (!given.has(root.digest)) throw fail(`the bytes of ${root.digest} are missing`)
  if (found.manifests.size === 0) throw fail('none of its manifests is carried')
  if (found.indexes.size + found.manifests.size + found.documents.size < given.size) {
    throw fail('a manifest was given that it does not name')
  }
  return {
    indexes: [...found.indexes],
    manifests: [...found.manifests],
    documents: [...found.documents],
  }
}
