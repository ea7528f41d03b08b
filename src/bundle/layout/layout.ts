import { type Digest, hexOf, isDigest } from '../../kernel/oci/index.ts'

/** Version of the bundle format; stands in the Sealift artifact's annotation. */
export const formatVersion = '1'
/** Annotation of the Sealift artifact's entry in index.json. */
export const formatAnnotation = 'dev.sealift.format'

/** Names of the archive's entries: an OCI image layout (image-spec v1.1, image-layout.md). */
export const layoutFile = 'oci-layout'
export const indexFile = 'index.json'
export const folders = ['blobs/', 'blobs/sha256/'] as const
/** The one content of `oci-layout`. */
export const layoutContent = Buffer.from('{"imageLayoutVersion":"1.0.0"}')

/** Titles of the two files that every Sealift artifact holds. */
export const specTitle = 'bundle.yaml'
export const lockTitle = 'bundle.lock.yaml'

/** Upper bounds on what is read into memory, in bytes; manifests have `manifestLimit`. */
export const limits = {
  index: 4 * 1024 * 1024,
  config: 4 * 1024 * 1024,
  text: 4 * 1024 * 1024,
  /** All manifests, indexes, configs and texts together, each counted as often as something refers to it. */
  documents: 64 * 1024 * 1024,
  entries: 20_000,
}

/** The archive's name of a blob. */
export function blobName(digest: Digest): string {
  return `${folders[1]}${hexOf(digest)}`
}

/** The digest that a blob's name in the archive stands for; `undefined` for every other name. */
export function digestOfName(name: string): Digest | undefined {
  const digest = name.startsWith(folders[1]) ? `sha256:${name.slice(folders[1].length)}` : undefined
  return isDigest(digest) ? digest : undefined
}
