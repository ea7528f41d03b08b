import type { Files, Helm } from '../../kernel/ports/index.ts'

/** How to render: which helm, for which cluster, with which values files. */
export interface Rendering {
  readonly helm: Helm
  readonly kubernetes: string
  /** What the spec says of the site's APIs: its `apiVersions`. */
  readonly apiVersions: readonly string[]
  /** The bytes of every values file, by path. */
  readonly values: ReadonlyMap<string, Uint8Array>
  /** A private folder for packages; the caller removes it. */
  readonly folder: string
  readonly files: Files
  readonly signal: AbortSignal
}
