/**
 * Resolving: what the spec's words stand for.
 * Takes charts, tools and image names, and ports to the registry, the web and the user's files; gives packages,
 * the images that rendered objects need (each with its reasons), and their digests.
 * Never renders by itself, writes a file, or decides what goes into the lock.
 */

export { askedOnce } from './asked-once.ts'
export { atOnce, together } from './at-once.ts'
export type { Attested, PinnedAttachment } from './attached.ts'
export { type AttachmentOptions, findAttachments } from './attachments.ts'
export { parseChartYaml } from './chart-metadata.ts'
export { type ResolvedChart, resolveChart, type Sources } from './charts.ts'
export { chosenImages } from './chosen.ts'
export { Faults } from './faults.ts'
export { nearestVersions } from './helm-repository.ts'
export { type Pin, type PinnedImage, pinImages, type UnpinnedImage } from './image-digests.ts'
export {
  type FoundImage,
  type FoundImages,
  findImages,
  type RenderedChart,
  suspectedImages,
} from './images.ts'
export { documentsBelow } from './index-documents.ts'
export type { KnownArtifact } from './known-artifact.ts'
export { fileOf } from './reach.ts'
export { type ResolvedTool, resolveTool } from './tools.ts'
