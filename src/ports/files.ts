/** Read side of a bundle file: any byte by its offset. */
export interface BundleSource {
  /** The file's size in bytes. */
  readonly size: number
  /** Exactly `length` bytes from `offset`. @throws SealiftError BUNDLE_DAMAGED when the file ends before */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Write side of a bundle file: a partial file that takes its final name only when `commit` is called. */
export interface BundleSink {
  /** Makes the file `size` bytes, sparse. @throws SealiftError DISK_FULL when the volume has no room for it */
  allocate(size: number): Promise<void>
  /** Writes at an offset; calls may overlap in time. @throws SealiftError DISK_FULL, FILE_FAILED */
  write(bytes: Uint8Array, offset: number): Promise<void>
  /** Syncs, and renames to the final name. */
  commit(): Promise<void>
  /** Removes the partial file; harmless after `commit`. */
  discard(): Promise<void>
}

/** The few file operations workflows need. Paths are the user's own. */
export interface Files {
  /** A whole text file. @throws SealiftError FILE_FAILED when missing, unreadable or larger than 16 MiB */
  readText(path: string): Promise<string>
  readBytes(path: string): Promise<Uint8Array>
  exists(path: string): Promise<boolean>
  /** Writes a file whole: temporary name, sync, rename. `mode` defaults to 0o644. @throws SealiftError DISK_FULL, FILE_FAILED */
  write(path: string, content: Uint8Array | string, mode?: number): Promise<void>
  /** Adds one line to a file and syncs it. */
  append(path: string, line: string): Promise<void>
  /** Every regular file below a folder, as sorted relative paths with `/`; links are not followed. */
  list(folder: string): Promise<string[]>
  /** A private temporary folder (0700), removed by `dispose`. */
  temporary(prefix: string): Promise<{ path: string; dispose(): Promise<void> }>
  openBundle(path: string): Promise<BundleSource>
  createBundle(path: string): Promise<BundleSink>
}
