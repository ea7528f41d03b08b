/** Where a secret lives. */
export interface SecretPlace {
  readonly projectId: string
  readonly environment: string
  /** Absolute folder path, `/` for the root. */
  readonly path: string
}
