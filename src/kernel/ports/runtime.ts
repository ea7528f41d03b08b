import type { Digest } from '../oci/index.ts'

/** An image as the node's containerd (namespace k8s.io) has it. */
export interface RuntimeImage {
  readonly name: string
  /** The digest of what the name points at: index or manifest. */
  readonly digest: Digest
  /** Whether kubelet's image collection leaves it alone (`io.cri-containerd.pinned=pinned`), and will after a start of K3s. */
  readonly pinned: boolean
  /** Pinned as K3s pins (`io.cattle.k3s.pinned=pinned` too): K3s takes such pins off at its start. Does not count as pinned. */
  readonly pinEnds?: true
  /** Whether it bears the note that Sealift brought it, with this very digest: another one under its name does not count. */
  readonly brought?: true
  /** Whether all content that this platform needs is in the content store. */
  readonly complete: boolean
  /** Whether it is unpacked into the default snapshotter. */
  readonly unpacked: boolean
}

/** The node's container runtime. All calls throw SealiftError LOAD_FAILED. */
export interface Runtime {
  images(): Promise<RuntimeImage[]>
  /** Digests of all that is in the content store: manifests, configs, layers. Nothing protects what no image needs. */
  content(): Promise<ReadonlySet<Digest>>
  /** Imports an OCI layout tar from a stream, with only this machine's platform. Whether layers are missing, `images` says. */
  import(archive: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>
  /**
   * Keeps an image from kubelet's collection, also over a start of K3s. With `brought`, its digest, it also gets the
   * note that Sealift brought it; a note that is there stays.
   */
  pin(name: string, brought?: Digest): Promise<void>
  /** Unpacks an image into the default snapshotter, so that no pod's start has to wait for it. */
  unpack(name: string, signal?: AbortSignal): Promise<void>
  remove(names: readonly string[]): Promise<void>
  /**
   * Names of what imports and unpackings of killed processes have left: for a day or so it keeps content and snapshots
   * that no image needs. What a living process works with is not among it.
   */
  leftovers(): Promise<string[]>
  /** Ends what `leftovers` names; what only that kept is gone then. Gives the names. */
  endLeftovers(): Promise<string[]>
  /** Where content is kept, and the bytes that are free there; absent where that cannot be told. */
  room(): Promise<{ readonly path: string; readonly free: number } | undefined>
}
