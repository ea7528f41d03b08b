import type { Files, Sops } from '../../../kernel/ports/index.ts'

/** What the text of a file can be read as; `whole` is one secret, the whole text. */
export type TextForm = 'yaml' | 'json' | 'dotenv' | 'ini' | 'hcl' | 'whole'

/** What reading needs of the world. */
export interface Reading {
  readonly sops: Sops
  readonly files: Pick<Files, 'entries' | 'follow' | 'readBeside' | 'readText'>
  readonly signal?: AbortSignal | undefined
}

/** What to take, and as what. Patterns are globs, of a path as the user named it, of its end, or of a folder on it. */
export interface ReadOptions {
  /** Patterns of files and folders to leave alone. */
  readonly leave?: readonly string[]
  /** Takes `null` as an empty text; it is skipped otherwise. */
  readonly nullAsEmpty?: boolean
  /** Takes what a sops file has without encryption as well. */
  readonly unencrypted?: boolean
  /** Keeps quotes, `export` and a carriage return of dotenv files as parts of values and names. */
  readonly rawDotenv?: boolean
  /** What the text in binary sops files is, by pattern, where their names do not say it; the first that fits counts. */
  readonly readAs?: readonly { readonly pattern: string; readonly form: TextForm }[]
}
