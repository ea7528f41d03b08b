/** Any Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** Whether an object is on its way out. */
export function isTerminating(object: KubernetesObject | undefined): boolean {
  return (object?.metadata['deletionTimestamp'] ?? undefined) !== undefined
}

/** Names one kind of object: `{ apiVersion: 'apps/v1', kind: 'Deployment' }`. */
export interface Kind {
  readonly apiVersion: string
  readonly kind: string
}

/** A local port that leads into the cluster. */
export interface Forward {
  readonly host: string
  readonly port: number
  close(): Promise<void>
}

/** What one container really uses, as kubelet's summary has it. */
export interface ContainerUsage {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Working set in bytes. */
  readonly memory: number
  /** Millicores, averaged by kubelet. */
  readonly cpu: number
}

/** The most memory that a container's cgroup has ever held, by the kernel's own mark. */
export interface ContainerPeak {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Bytes since the container started, page cache included. */
  readonly memory: number
}

/** Which run of a container a log is of. */
export type LogRun = 'present' | 'previous'

/** The site's Kubernetes API. All calls throw SealiftError CLUSTER_UNREACHABLE, CLUSTER_DENIED or CLUSTER_FAILED. */
export interface Cluster {
  /** Server address for messages, and its version (`v1.35.4+k3s1`). */
  info(): Promise<{ server: string; version: string }>
  /** As whom the API server knows Sealift; nothing where it does not say. */
  user(): Promise<string | undefined>
  /** Whether the API server has a kind: `get` gives nothing for one that it has not. */
  serves(kind: Kind): Promise<boolean>
  get(kind: Kind, name: string, namespace?: string): Promise<KubernetesObject | undefined>
  list(kind: Kind, namespace?: string, labelSelector?: string): Promise<KubernetesObject[]>
  /**
   * Server-side apply as field manager `sealift`, conflicts taken over. Gives the object as stored: with the same
   * `resourceVersion` where nothing changed. One with a `metadata.resourceVersion` fails with CLUSTER_FAILED when
   * somebody has written it since; one that is gone is made.
   */
  apply(object: KubernetesObject): Promise<KubernetesObject>
  /**
   * What an apply as a field manager would make of an object, admission included; nothing is stored. For what helm
   * applies, say `helm`. An object that names no namespace and wants one is in `namespace`.
   */
  preview(object: KubernetesObject, manager: string, namespace?: string): Promise<KubernetesObject>
  /**
   * Says how many pods a Deployment is to have, and no more of it: by its subresource `scale`, as field manager
   * `sealift-scale`, so that nothing else that Sealift or helm have applied to it changes hands. The number itself is nobody's
   * then: whoever applies it next meets no conflict.
   */
  scale(namespace: string, deployment: string, replicas: number): Promise<void>
  /**
   * Has the API server store an object anew, as it is: in the version that its kind is stored in by now. Nothing of it
   * changes, and its `resourceVersion` only where it was stored otherwise. One that is not there is fine.
   */
  rewrite(kind: Kind, name: string, namespace?: string): Promise<void>
  /**
   * Sets fields of an object's `status`, by its subresource; lists are replaced whole, and what it does not name stays. Fails
   * with CLUSTER_FAILED where the object is not there, or has been written since its `metadata.resourceVersion`.
   */
  patchStatus(object: KubernetesObject): Promise<KubernetesObject>
  /** Creates an object and fails with CLUSTER_FAILED when it exists: for leases and things made once. */
  create(object: KubernetesObject): Promise<KubernetesObject>
  /** Deletes and waits until it is gone; what is not there is fine. `timeoutSeconds` defaults to 120. */
  delete(kind: Kind, name: string, namespace?: string, timeoutSeconds?: number): Promise<void>
  /** Takes a finalizer off an object and leaves its others; what is gone, or has it no more, is fine. */
  releaseFinalizer(object: KubernetesObject, finalizer: string): Promise<void>
  /** Usage of every container on every node, from kubelet's summary API. */
  usage(): Promise<ContainerUsage[]>
  /** Peaks of every container on every node, from kubelet's cAdvisor metrics; without those that its kernel keeps no mark of. */
  peaks(): Promise<ContainerPeak[]>
  /**
   * The last lines of a container's log, of its present run or of the one before that ended. Empty for a run that has
   * written nothing, or was not. A container that waits to be started again has no present run: there it is the last.
   */
  logs(namespace: string, pod: string, container: string, lines: number, run: LogRun): Promise<string>
  /**
   * A container's log from a time on, to the second, the oldest lines first and at most so many bytes of it, which may end
   * in the middle of a line. Before each line is the time at which it was written (RFC 3339, UTC) and a blank. Empty as
   * `logs` is.
   */
  timedLog(
    place: { readonly namespace: string; readonly pod: string; readonly container: string },
    run: LogRun,
    most: number,
    since?: Date,
  ): Promise<string>
  /** A loopback port that reaches a service's port through the API server and a ready pod behind it. */
  forwardService(namespace: string, service: string, port: number): Promise<Forward>
}
