import type { BundleSource } from './files.ts'

/** A bundle that is open, and lies in one file. */
export type Linkable = Pick<BundleSource, 'path' | 'file'>

/**
 * K3s's folder of images on this machine. What lies in it K3s imports while it runs and at each start, pins, and pins
 * anew at each start; where it is taken away, the images stay and their pins end with the next start. All calls throw
 * SealiftError LOAD_FAILED, and those that write DISK_FULL.
 */
export interface ImagesFolder {
  /** Its absolute path, whether it is there or not. */
  readonly path: string
  /** Makes sure that a K3s of this machine reads it, and that this user may write there. Changes nothing. */
  require(): Promise<void>
  /** Names of the files in it that K3s takes for archives, sorted; none where there is no such folder. */
  names(): Promise<string[]>
  /** Names of files that K3s has noted as imported (`.cache.json`): it passes one by that comes back unchanged. */
  remembered(): Promise<ReadonlySet<string>>
  /**
   * Whether a file can be had here without a copy: as a second name of the same file. Not of one that others may write
   * into, as its owner may: they would change what K3s imports, as root, at each start.
   */
  canLink(file: Linkable): Promise<boolean>
  /** Gives a file a second name here; `false` where {@link canLink} is, or the path leads to another file by now. */
  link(file: Linkable, name: string): Promise<boolean>
  /** Writes a file whole: under a name that K3s does not read, synced, then renamed. What fails or is stopped leaves nothing. */
  write(name: string, content: AsyncIterable<Uint8Array>): Promise<void>
  /** Gives a file another name. */
  rename(from: string, to: string): Promise<void>
  /** Takes a file away; one that is not there is no fault. */
  remove(name: string): Promise<void>
  /** Takes away what writes that were killed have left. */
  tidy(): Promise<void>
  /** A file's bytes by offset; whoever opens it closes it. */
  open(name: string): Promise<BundleSource>
  /** Bytes that are free there; absent where that cannot be told. */
  free(): Promise<number | undefined>
}
