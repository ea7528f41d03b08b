/** The forms that sops knows, which it calls stores. */
export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary'

/** The user's own sops, with the keys that their environment names. */
export interface Sops {
  /**
   * The plain bytes of a file, in the file's own form. They are nowhere but in memory.
   * @throws SealiftError SOPS_FAILED with what to do; INTERRUPTED when the signal says so
   */
  decrypt(path: string, format: SopsFormat, signal?: AbortSignal): Promise<Uint8Array>
}
