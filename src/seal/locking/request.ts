import type { SiteFacts } from '../../kernel/facts/index.ts'

/** What to lock. */
export interface LockRequest {
  /** Folder with bundle.yaml. */
  readonly specDir: string
  /** This host's platform, `linux/amd64`: which of the spec's helms can render here. */
  readonly platform: string
  /** `warn` lets a spec over its budget pass. */
  readonly budget: 'hold' | 'warn'
  /** Pin only these images anew; the others keep what the lock that lies there says. */
  readonly update?: readonly string[]
  /** Fail unless the result is what the lock that lies there says. */
  readonly locked?: boolean
  /** What the site is like, as it was found there: charts are rendered for that, and not for what the spec says. */
  readonly facts?: SiteFacts
  /**
   * `true` takes every suspect that a registry has as an image; `false` takes none but those that the spec lists. Left
   * out, those that the lock that lies there has taken are taken again.
   */
  readonly acceptSuspects?: boolean
  /** `false` leaves signatures, attestations and SBOMs of images out, whatever the spec says. */
  readonly attestations?: boolean
}
