/** The forms that sops knows, which it calls stores. */
export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary'

/** The user's own sops, with the keys that their environment names. */
export interface Sops {
  /**
   * The plain bytes of a file, in the file's own form. They are nowhere but in memory. With `as` in another form, of a
   * YAML file the first document only.
   * @throws SealiftError SOPS_FAILED with what to do; INTERRUPTED when the signal says so
   */
  decrypt(path: string, format: SopsFormat, how?: Decrypting): Promise<Uint8Array>
}

/** How a file is decrypted. */
interface Decrypting {
  readonly as?: SopsFormat
  readonly signal?: AbortSignal | undefined
}
