import type { Descriptor, Digest, Reference } from '../oci/index.ts'

/** A manifest or index as a registry served it: exact bytes, digest checked. */
export interface ServedManifest {
  /** `annotations` and `platform` are not set: the registry does not know them. */
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** How to read one blob. */
export interface BlobOptions {
  /** First byte wanted; servers that ignore ranges are skipped forward to it. */
  readonly offset?: number
  readonly signal?: AbortSignal
  /**
   * Lets a chunk be good only until the next one is asked for or the reader stops, which spares copies: the reader makes
   * its own. Such chunks may lie in shared memory, where another thread can use them meanwhile.
   */
  readonly transient?: boolean
}

/** Read side of an OCI registry (distribution-spec v1.1), mirrors and credentials included. */
export interface Registry {
  /**
   * The manifest or index that a tag or digest names.
   * @throws SealiftError IMAGE_NOT_FOUND, REGISTRY_DENIED, REGISTRY_FAILED, REGISTRY_UNREACHABLE, CONTENT_MISMATCH
   */
  manifest(reference: Reference, signal?: AbortSignal): Promise<ServedManifest>
  /**
   * What a tag or digest names, by HEAD, which registries do not count as a pull: the digest as the registry announces
   * it, unchecked, so that it serves to tell what is known already, or what to read by it. `absent` only where
   * `beside` was given and the registry is known to answer HEAD; `undefined` where it says nothing that can be relied
   * on, as those do that refuse HEAD or name no digest: reading the manifest tells then.
   * @param options `beside` as in {@link Registry.find}
   * @throws SealiftError REGISTRY_FAILED, REGISTRY_UNREACHABLE
   */
  digest(
    reference: Reference,
    options?: { readonly beside?: Digest; readonly signal?: AbortSignal | undefined },
  ): Promise<Digest | 'absent' | undefined>
  /**
   * A manifest or index that may be there or not, beside one that was read before: it is asked for only where
   * `beside`, of the same repository, was served. `undefined` when it is not there, or access to it is denied:
   * some registries answer so for every tag that they do not have.
   * @throws SealiftError REGISTRY_FAILED, REGISTRY_UNREACHABLE, CONTENT_MISMATCH
   */
  find(reference: Reference, beside: Digest, signal?: AbortSignal): Promise<ServedManifest | undefined>
  /**
   * What is attached to a manifest that was read before (distribution-spec v1.1, "Listing Referrers"); `undefined`
   * where the registry has no such list.
   * @throws SealiftError like {@link Registry.find}
   */
  referrers(
    repository: Reference,
    subject: Digest,
    signal?: AbortSignal,
  ): Promise<readonly Descriptor[] | undefined>
  /**
   * Tags of a repository, as many as it lists in bounds (distribution-spec v1.1, "Listing Tags"): for a hint.
   * `undefined` where it gives no such list, for whatever reason. Throws nothing but the signal's reason.
   */
  tags(repository: Reference, signal?: AbortSignal): Promise<readonly string[] | undefined>
  /**
   * A blob's bytes as they come, not checked against the digest: the reader hashes on the way.
   * Ends early when the connection does; the reader compares with the size.
   * @throws SealiftError like {@link Registry.manifest}
   */
  blob(
    repository: Reference,
    descriptor: Pick<Descriptor, 'digest' | 'size'>,
    options?: BlobOptions,
  ): AsyncIterable<Uint8Array>
}

/** Plain downloads: Helm repositories and released tools. Same mirrors, proxies and trust as the registry. */
export interface Web {
  /** A whole small file. @throws SealiftError REGISTRY_* codes; FILE_FAILED when larger than `limit` bytes. */
  text(url: string, limit: number, signal?: AbortSignal): Promise<string>
  /** A file's bytes as they come. `size` is the announced length, if any. @throws SealiftError REGISTRY_* codes */
  stream(url: string, options?: BlobOptions): AsyncIterable<Uint8Array>
}

/** Content that a lock names: its digest and its size in bytes. */
export interface Content {
  readonly digest: Digest
  readonly size: number
}
