import type { Runtime } from './runtime.ts'

/** A node, and its containerd. */
export interface NodeRuntime {
  readonly name: string
  /** `linux/amd64`. */
  readonly platform: string
  /** Whether it is this machine; another one's containerd is spoken to through the cluster. */
  readonly local: boolean
  /** Nothing is started on a node before the first call. All calls may throw CLUSTER_* too. */
  readonly runtime: Runtime
}

/** The nodes that may run a site's pods: Linux, and not cordoned. */
export interface SiteNodes {
  readonly nodes: readonly NodeRuntime[]
  /** Ends all that was started in the cluster to reach them. What cannot be ended ends by itself, and the next use ends it too. */
  close(): Promise<void>
}
