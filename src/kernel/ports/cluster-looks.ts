/** One access in the words of RBAC (authorization.k8s.io/v1, ResourceAttributes). */
export interface Access {
  readonly verb: string
  /** API group; empty for the core one. */
  readonly group: string
  /** Plural, with its subresource if it has one: `pods/portforward`. */
  readonly resource: string
  /** Every namespace, or none where the resource has none, when left out. */
  readonly namespace?: string
  readonly name?: string
}

/** What an API server shows to whoever connects, before it knows who that is. */
export interface Presented {
  /** The certificate that it serves with, in PEM; absent over plain HTTP. */
  readonly certificate?: string
  /** Its time (header Date, to the second), in milliseconds since 1970, and this machine's when that arrived. */
  readonly time?: { readonly server: number; readonly here: number }
}

/** What kubelet's own API says: use of disks, and its configuration. */
export type KubeletPage = 'stats/summary' | 'configz'

/**
 * What a look before an install asks of a cluster beside its objects. Nothing of it is stored there. All calls throw
 * SealiftError CLUSTER_UNREACHABLE, CLUSTER_DENIED or CLUSTER_FAILED.
 */
export interface ClusterLooks {
  /** Whether whoever asks may do a thing (SelfSubjectAccessReview, which is an answer and no object). */
  may(access: Access): Promise<boolean>
  /** A page of a node's kubelet, through the API server. */
  kubelet(node: string, page: KubeletPage): Promise<Readonly<Record<string, unknown>>>
  /** What the API server shows to a client without credentials; its certificate is taken as it is, valid or not. */
  presented(): Promise<Presented>
  /** The client certificate of the kubeconfig, in PEM; nothing where it has a token or another login. */
  clientCertificate(): Promise<string | undefined>
}

/** Names of hosts, as this machine resolves them. */
export interface HostNames {
  /** The addresses of a name; none for one that nobody knows. @throws Error where nobody can be asked */
  addresses(host: string): Promise<string[]>
}
