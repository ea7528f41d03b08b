/**
 * Reads the secrets in files that sops has encrypted, as the applications that used those files read them, and says what
 * sops has changed on the way. Nothing that is decrypted is written anywhere, and no file is changed.
 */
export type { Reading, ReadOptions, TextForm } from './options.ts'
export { isEncrypted, readSources } from './sources.ts'
