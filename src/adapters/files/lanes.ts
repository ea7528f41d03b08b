/** A part of a file: `length` bytes at `at`, which are those from `from` on of the bytes that come along. */
export interface Part {
  readonly fd: number
  readonly at: number
  readonly from: number
  readonly length: number
}

/** One stream of bytes, hashed and written in order. */
export interface Lane {
  /** Hashes and writes; the bytes must lie in shared memory and stay as they are until this resolves. */
  write(bytes: Uint8Array, parts: readonly Part[]): Promise<void>
  /** Hashes what lies in a file already. */
  read(parts: readonly Part[]): Promise<void>
  /** The sha256 of all of it, in hex. */
  digest(): Promise<string>
}

/** Hashes and writes, many streams at once. */
export interface Hashing {
  /** Begins what takes a tenth of a second until it is of use. */
  begin(): void
  lane(): Lane
  close(): Promise<void>
}
