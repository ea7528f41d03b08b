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
  /** `false` leaves signatures, attestations and SBOMs of images out, whatever the spec says. */
  readonly attestations?: boolean
}
