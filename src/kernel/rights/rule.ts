/** One right as RBAC has it (rbac.authorization.k8s.io/v1, PolicyRule): always of one resource. */
export interface Rule {
  /** Empty for the core group. */
  readonly apiGroup: string
  /** Plural name, `deployments`. */
  readonly resource: string
  /** As in `pods/portforward`. */
  readonly subresource?: string
  readonly verbs: readonly string[]
  /** Where it is; in the whole cluster, or of what is in no namespace, when left out. */
  readonly namespace?: string
  /** Names of the objects that it is for; all when left out. */
  readonly names?: readonly string[]
}
