import type { AttachmentTypes, Descriptor, Digest } from '../../kernel/oci/index.ts'

/** An image in a bundle. */
export interface CarriedImage {
  /** Full name, as the charts use it. */
  readonly name: string
  /** What the name points at: index or manifest. */
  readonly descriptor: Descriptor
  /** The manifests that are here, by platform (`linux/amd64`). */
  readonly platforms: ReadonlyMap<string, CarriedManifest>
  /** Indexes below its own, and manifests without what they refer to: a node reads them on its way to its own. */
  readonly documents: readonly Descriptor[]
  /** Attestations that its index names, of manifests that are here. */
  readonly attestations: readonly CarriedAttachment[]
}

/** One platform's manifest of an image, with the blobs it refers to. */
export interface CarriedManifest {
  readonly descriptor: Descriptor
  /** The indexes that lead to it from the image's name, outermost first. */
  readonly parents: readonly Descriptor[]
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** Something attached to an image in a bundle: in an entry of its own, or named by the image's index. */
export interface CarriedAttachment extends AttachmentTypes {
  /** The image's index or manifest that it is about. */
  readonly subject: Digest
  /** Its manifest. */
  readonly descriptor: Descriptor
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}
