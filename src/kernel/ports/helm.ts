/**
 * Values for helm: the bytes of a values file as they lie there, which nobody but helm reads; or a plain object that
 * Sealift has made.
 */
export type Values = Uint8Array | Readonly<Record<string, unknown>>

/** What a chart is rendered or installed with. */
export interface Release {
  readonly release: string
  readonly namespace: string
  /** Path of the packaged chart (.tgz). */
  readonly chart: string
  /** Lowest precedence first; each in a private file of its own, never in arguments. */
  readonly values: readonly Values[]
}

/** The cluster that a chart is rendered for without being asked, and whether its release is there already. */
export interface Target {
  /** Its Kubernetes version: `1.35.0`. */
  readonly kubernetes: string
  /** What it has beside what helm takes every cluster to have: `monitoring.coreos.com/v1`, with `/ServiceMonitor` or without. */
  readonly apiVersions?: readonly string[]
  /** Render as an upgrade; as an install otherwise. */
  readonly upgrade?: boolean
}

/** A revision of a release, and how it ended. */
export interface ReleaseStatus {
  readonly revision: number
  /** Helm's own word: `deployed`, `failed`, `pending-upgrade`, … */
  readonly status: string
  /** Name and version of its chart. */
  readonly chart: string
  readonly version: string
  /** YAML of the objects that it was made of, hooks left out. */
  readonly manifest: string
}

/** One revision of a release. */
export interface Revision {
  readonly release: string
  readonly namespace: string
  readonly revision: number
}

/** The helm that travels in the bundle. */
export interface Helm {
  /** YAML of `helm template`, which asks no cluster. @throws SealiftError RENDER_FAILED */
  template(release: Release, target: Target, signal?: AbortSignal): Promise<string>
  /** YAML of the objects that an upgrade would apply to the cluster as it is now, hooks left out. @throws SealiftError RENDER_FAILED */
  render(release: Release, signal?: AbortSignal): Promise<string>
  /**
   * `helm upgrade --install --wait`; fields that somebody else has set are taken back.
   * @throws SealiftError HELM_FAILED with what helm and the pods say
   */
  upgrade(release: Release, timeoutSeconds: number, signal?: AbortSignal): Promise<ReleaseStatus>
  /**
   * `helm rollback --wait` to a revision that is on record, without hooks of its chart; fields that somebody else has set are
   * taken back. @throws SealiftError HELM_FAILED
   */
  rollback(to: Revision, timeoutSeconds: number, signal?: AbortSignal): Promise<ReleaseStatus>
  /** Removes a release, without hooks of its chart; one that is not there is fine. @throws SealiftError HELM_FAILED */
  uninstall(release: string, namespace: string, timeoutSeconds: number): Promise<void>
  /** A release's state, if it is there: its newest revision's, or the one that is asked for. @throws SealiftError HELM_FAILED */
  status(release: string, namespace: string, revision?: number): Promise<ReleaseStatus | undefined>
}
