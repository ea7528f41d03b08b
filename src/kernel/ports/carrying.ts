import type { Digest } from '../oci/index.ts'
import type { FileIdentity } from './files.ts'

/** A file that was put into a folder. */
export interface Placed {
  readonly digest: Digest
  readonly size: number
}

/** How a file is put where it is wanted. */
export interface Placing {
  readonly signal: AbortSignal
  /** What may run it needs 0o755; as it was when left out. */
  readonly mode?: number
  /** The file that it must be, as it was when it was verified: its path may lead to another by now. */
  readonly file?: FileIdentity
  /** Told of bytes as they are read. */
  readonly onRead?: (bytes: number) => void
}

/** What it takes to put together a folder that travels. Paths are the user's own. */
export interface Carrying {
  /**
   * Puts a file at another path, in a folder that is made if need be: a second name of the same file where the file
   * system gives it one, else a copy, which has that name when it is whole and synced. Reads it once.
   * @throws SealiftError DISK_FULL, FILE_FAILED where it was replaced or written to meanwhile too, INTERRUPTED
   */
  place(from: string, to: string, placing: Placing): Promise<Placed>
  /** Where Sealift lies as one executable for a platform, `linux/arm64`: this process itself, or what was made beside it. */
  executable(platform: string): Promise<string | undefined>
  /** The text of a page that ships with Sealift, by its path in the package: `README.md`. */
  page(path: string): Promise<string>
  /** The platform that an executable is for, as its head says; absent of what is none. @throws SealiftError FILE_FAILED */
  platformOf(path: string): Promise<string | undefined>
}
