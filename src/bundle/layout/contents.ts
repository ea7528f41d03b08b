import type { Descriptor, Digest } from '../../kernel/oci/index.ts'
import type { Content } from '../../kernel/ports/index.ts'

/** An image to carry. */
export interface BundleImage {
  /** Full name with a tag, as the charts use it: `docker.io/infisical/infisical:v0.165.8`. */
  readonly name: string
  /** What the name points at: index or manifest. */
  readonly root: Descriptor
  /** The exact bytes of the root and, below an index, of the indexes and manifests to carry; others are left out. */
  readonly manifests: readonly Uint8Array[]
  /** The same of manifests that travel without what they refer to, since a node reads them on its way. */
  readonly documents?: readonly Uint8Array[]
}

/** Something attached to an image, to carry beside it; what an image's index names is among its manifests instead. */
export interface BundleAttachment {
  /** The image's index or manifest that it is about. */
  readonly subject: Digest
  readonly mediaType: string
  /** The exact bytes of its manifest. */
  readonly manifest: Uint8Array
}

/** A chart to carry, as a Helm OCI artifact. */
export interface BundleChart {
  readonly name: string
  readonly version: string
  /** The exact bytes of its manifest. */
  readonly manifest: Uint8Array
}

/** A file of the Sealift artifact: its bytes, or what it is when it is fetched like any other blob. */
export type BundleFile = {
  /** A relative path, unique in the bundle. */
  readonly title: string
  readonly mediaType: string
  readonly annotations?: Readonly<Record<string, string>>
} & ({ readonly bytes: Uint8Array } | { readonly content: Content })

/** All that goes into a bundle. `bundle.yaml` and `bundle.lock.yaml` must be among the files. */
export interface BundleContents {
  readonly images: readonly BundleImage[]
  readonly charts: readonly BundleChart[]
  readonly files: readonly BundleFile[]
  readonly attachments?: readonly BundleAttachment[]
  /** Further blobs whose bytes are at hand (a chart's config or package): they are not fetched. */
  readonly blobs?: readonly Uint8Array[]
}
