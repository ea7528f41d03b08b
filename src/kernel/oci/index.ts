/** OCI's own words: digests, descriptors, references, media types. The only place that knows OCI JSON. */
export {
  type AttachmentKind,
  type AttachmentTypes,
  attachmentKinds,
  attachmentTypes,
  attestedBy,
  isSbomMedia,
  isSbomPredicate,
  isStatementMedia,
  saysSbom,
} from './attachment.ts'
export type { Descriptor, Index, Manifest, Platform } from './descriptor.ts'
export { type Digest, digestOf, digestShape, hexOf, isDigest } from './digest.ts'
export { canonicalJson, parseJson } from './json.ts'
export {
  manifestLimit,
  parseIndex,
  parseManifest,
  parseReferrers,
  platformShape,
  platformText,
} from './manifest.ts'
export { annotations, isChartPackage, isIndexType, isManifestType, mediaTypes } from './media-types.ts'
export { carriedName, parseReference, printReference, type Reference } from './reference.ts'
