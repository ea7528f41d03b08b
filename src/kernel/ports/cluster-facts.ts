/** What is found out of a cluster beside its objects. Calls throw SealiftError CLUSTER_UNREACHABLE, CLUSTER_DENIED or CLUSTER_FAILED. */
export interface ClusterFacts {
  /** Every `group/version` that the API server has, and every `group/version/Kind`, sorted; those of a group that is down are left out. */
  apis(): Promise<string[]>
  /** Bytes that are free where a node keeps images, by its kubelet; absent where that does not say. */
  free(node: string): Promise<number | undefined>
}
