import type { Secret } from '../../kernel/ports/index.ts'

/** Where something was found: the file as the user named it, and its place in there, such as `db.password`. */
export interface Origin {
  readonly file: string
  readonly at: string
}

/** A secret of a decrypted file, as an application would read it there. */
export interface Found {
  /** The name that it would have in Infisical. */
  readonly name: string
  readonly value: Secret
  readonly from: Origin
}

/**
 * What would not survive a migration, or has not survived encryption. Its text names the secret's name and what becomes
 * of it, never a value. `refused` cannot be written at all, `changed` would be read otherwise than it is, `lost` was
 * changed before Sealift saw it, `told` is worth knowing and harmless.
 */
export interface Doubt {
  readonly from: Origin
  readonly kind: 'refused' | 'changed' | 'lost' | 'told'
  readonly text: string
}

/** All that was read of the files that a user named. */
export interface Sources {
  readonly found: readonly Found[]
  readonly doubts: readonly Doubt[]
  /** Files that were left alone, and why. */
  readonly left: readonly { readonly file: string; readonly reason: string }[]
}
