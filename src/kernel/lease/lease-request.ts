import type { Clock, Cluster } from '../ports/index.ts'

/** Who wants to change the site, and how it may wait. */
export interface LeaseRequest {
  readonly cluster: Cluster
  readonly clock: Clock
  /** What others are told: user, machine, process. */
  readonly holder: string
  readonly signal: AbortSignal
  /** Told whom is being waited for. */
  readonly progress: (detail: string) => void
}
