/** Which helm, and which cluster. */
export interface HelmOptions {
  /** Path of a helm 4 binary. */
  readonly program: string
  /** Path of the kubeconfig, or several with `:` between; not needed for rendering. */
  readonly kubeconfig?: string
  /** A context of it, instead of its current one. */
  readonly context?: string
}
