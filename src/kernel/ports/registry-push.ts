import type { Digest } from '../oci/index.ts'
import type { Content } from './registry.ts'
import type { Secret } from './secret.ts'

/** A registry that images are pushed to, and how. */
export interface PushTarget {
  /** Host with its port, as in an image name. */
  readonly host: string
  /** Speaks HTTP without TLS. */
  readonly plainHttp: boolean
  /** Path of a file with the certificate (PEM) of a private CA. */
  readonly ca?: string | undefined
  /** A name and a password, or the text of a Docker config; without one, the logins of this machine's Docker config. */
  readonly login?:
    | { readonly username: string; readonly password: Secret }
    | { readonly dockerConfig: Secret }
    | undefined
  /** Told before something is tried again, in one line. */
  readonly onRetry?: (message: string) => void
}

/** How a blob came to be in a repository. */
export type Pushed = 'mounted' | 'uploaded'

/**
 * Write side of one registry (distribution-spec v1.1, "Push"). All calls throw SealiftError REGISTRY_DENIED,
 * REGISTRY_FAILED, REGISTRY_UNREACHABLE, or the signal's reason; what bytes' source throws is passed on.
 */
export interface RegistryPush {
  /** Whether a repository has a blob. */
  has(repository: string, content: Content, signal?: AbortSignal): Promise<boolean>
  /**
   * Makes a repository have a blob: takes it over from another one of the registry's, or sends it. `bytes` is asked for
   * anew at each try, and not at all where it is taken over.
   */
  blob(
    repository: string,
    content: Content,
    source: { readonly bytes: () => AsyncIterable<Uint8Array>; readonly from?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Pushed>
  /** Puts a manifest or index under a tag or its digest; `refused` where the registry says that it lacks what that names. */
  manifest(
    repository: string,
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    signal?: AbortSignal,
  ): Promise<'stored' | 'refused'>
  /** The digest of what a tag or digest names, read from its very bytes; nothing where there is none. */
  digest(repository: string, reference: string, signal?: AbortSignal): Promise<Digest | undefined>
  /** Whether it has asked for a login so far, and was shown one. */
  showedLogin(): boolean
  close(): Promise<void>
}
