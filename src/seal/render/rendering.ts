import type { Files, Helm } from '../../kernel/ports/index.ts'

/** How to render: which helm, for which cluster, with which values files. */
export interface Rendering {
  readonly helm: Helm
  readonly kubernetes: string
  /** What the spec says of the site's APIs: its `apiVersions`. */
  readonly apiVersions: readonly string[]
  /** Every API that the site has, where that was found out there: what is not among them it lacks, unless the spec says that it is there. */
  readonly known?: ReadonlySet<string>
  /** The bytes of every values file, by path. */
  readonly values: ReadonlyMap<string, Uint8Array>
  /** A private folder for packages; the caller removes it. */
  readonly folder: string
  readonly files: Files
  readonly signal: AbortSignal
}
