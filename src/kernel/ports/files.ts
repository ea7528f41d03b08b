import type { Digest } from '../oci/index.ts'
import type { Progress } from './reporter.ts'

/** What tells a file that is open from others that its path may lead to by now, and from itself once it was written to (stat(2)). */
export interface FileIdentity {
  readonly device: number
  readonly inode: number
  /** In bytes. */
  readonly size: number
  /** When it was written to last, in milliseconds. */
  readonly modified: number
}

/** Read side of a bundle file: any byte by its offset. */
export interface BundleSource {
  /** The bundle's own path: of volumes, what their names share. */
  readonly path: string
  /** The file's size in bytes. */
  readonly size: number
  /** The files it lies in, when they are several. */
  readonly volumes?: readonly Volume[]
  /** The file that is open, as it was then; absent of several, or of none. */
  readonly file?: FileIdentity
  /** Exactly `length` bytes from `offset`. @throws SealiftError BUNDLE_DAMAGED when the file ends before */
  read(offset: number, length: number): Promise<Uint8Array>
  /**
   * The sha256 of `length` bytes from `offset`, in hex; `onRead` is told of bytes as they are read.
   * @throws SealiftError BUNDLE_DAMAGED when the file ends before
   */
  digest(offset: number, length: number, onRead?: (bytes: number) => void): Promise<string>
  close(): Promise<void>
}

/** One file of a bundle that travels in several. */
export interface Volume {
  /** Its file name: the bundle's, and a number from `.001` on. */
  readonly name: string
  /** Where in the bundle it begins, and its bytes. */
  readonly offset: number
  readonly size: number
  /** What the list beside the volumes says it is; absent when there is no list. */
  readonly digest?: Digest
  /** The file that is open, as it was then. */
  readonly file?: FileIdentity
}

/** One blob on its way into a bundle file: its bytes in order, each written at its place and hashed. */
export interface BlobSink {
  /**
   * Takes the next bytes; they must stay as they are until this resolves, when they are written. Calls may overlap
   * in time. @throws SealiftError DISK_FULL, FILE_FAILED
   */
  write(bytes: Uint8Array): Promise<void>
  /** Goes on after `length` bytes that lie in the file already: reads and hashes them. @throws SealiftError FILE_FAILED */
  resume(length: number): Promise<void>
  /** The sha256 of all bytes so far, in hex; the last call. */
  digest(): Promise<string>
}

/**
 * Write side of a bundle file: a partial file that takes its final name only when `commit` is called. What an
 * interrupted run leaves, the next writer of the same path finds again, with what was noted of it.
 */
export interface BundleSink {
  /** What an earlier run noted; empty when it left nothing. */
  readonly notes: readonly string[]
  /** Notes one line for a later run. Not synced: after a power cut notes may say more than the disk has. */
  note(line: string): Promise<void>
  /** Throws away what an earlier run left, notes included. */
  restart(): Promise<void>
  /**
   * Makes the file `size` bytes, sparse; bytes that an earlier run left stay.
   * @throws SealiftError DISK_FULL when the volume has no room for what is still missing
   */
  allocate(size: number): Promise<void>
  /** Writes at an offset; calls may overlap in time. @throws SealiftError DISK_FULL, FILE_FAILED */
  write(bytes: Uint8Array, offset: number): Promise<void>
  /** Begins the blob whose place is at `offset`. */
  blob(offset: number): BlobSink
  /** A buffer that blobs are written from; reused by whoever asked for it. */
  buffer(size: number): Buffer
  /** Syncs, and renames to the final name. `onHashed` is told of bytes read again where volumes get their digests. */
  commit(onHashed?: (progress: Progress) => void): Promise<void>
  /** Closes the partial file and leaves it to the next run, if anything was noted; removes it otherwise. */
  keep(): Promise<void>
  /** Removes the partial file and its notes. This and `keep` are harmless once it has ended. */
  discard(): Promise<void>
}

/** A file that is written from its first byte to its last. */
export interface FileStream {
  /** @throws SealiftError DISK_FULL, FILE_FAILED */
  write(bytes: Uint8Array): Promise<void>
  /** Syncs it, and gives it its final name. @throws SealiftError DISK_FULL, FILE_FAILED when there is such a file */
  commit(path: string): Promise<void>
  /** Takes it away; harmless once it is committed. */
  discard(): Promise<void>
}

/** What can lie in a folder. */
export type FileKind = 'file' | 'folder' | 'link' | 'pipe' | 'socket' | 'device'

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string
  readonly kind: FileKind
}

/** Where a path leads. */
export interface Place {
  /** The absolute path that no link is part of. */
  readonly path: string
  readonly kind: Exclude<FileKind, 'link'>
}

/** The few file operations that verbs need. Paths are the user's own. */
export interface Files {
  /** A whole text file. @throws SealiftError FILE_FAILED when missing, unreadable or larger than 16 MiB */
  readText(path: string): Promise<string>
  readBytes(path: string): Promise<Uint8Array>
  /**
   * Something that opens secrets, at most 1 MiB of it: its owner's alone, or from a pipe.
   * @throws SealiftError KEY_INVALID for a file that others may read or write, FILE_FAILED
   */
  readPrivate(path: string): Promise<Uint8Array>
  /**
   * Text that travelled beside a bundle, and may be anything: a regular file of at most `limit` bytes; `undefined`
   * when it is not there. @throws SealiftError FILE_FAILED for links, pipes and larger files
   */
  readBeside(path: string, limit: number): Promise<string | undefined>
  exists(path: string): Promise<boolean>
  /** Writes a file whole: temporary name, sync, rename. `mode` defaults to 0o644. @throws SealiftError DISK_FULL, FILE_FAILED */
  write(path: string, content: Uint8Array | string, mode?: number): Promise<void>
  /** The same for a file that is there, and keeps its mode. @throws SealiftError DISK_FULL, FILE_FAILED */
  rewrite(path: string, content: Uint8Array | string): Promise<void>
  /** Takes a file away, or a link itself; one that is not there is no fault. @throws SealiftError FILE_FAILED */
  remove(path: string): Promise<void>
  /** Adds one line to a file and syncs it; one that it makes is its owner's alone: who did what on a site is not for all. */
  append(path: string, line: string): Promise<void>
  /** Makes sure that lines could be added to a file, there or not, and adds none. @throws SealiftError FILE_FAILED */
  requireAppend(path: string): Promise<void>
  /** Whatever lies in a folder, sorted by name; a link is a link, wherever it leads. @throws SealiftError FILE_FAILED */
  entries(folder: string): Promise<readonly FolderEntry[]>
  /** Follows every link on a path. @throws SealiftError FILE_FAILED when that ends nowhere or goes in a circle */
  follow(path: string): Promise<Place>
  /** A private temporary folder (0700), removed by `dispose`, or by a later run when this one is killed. `prefix` is `sealift-` and a word. */
  temporary(prefix: string): Promise<{ path: string; dispose(): Promise<void> }>
  /**
   * A bundle, whole or in volumes: `path` is the bundle's, one volume's, or that of the list beside them.
   * @throws SealiftError FILE_FAILED, BUNDLE_DAMAGED that names a volume which is missing or too short
   */
  openBundle(path: string): Promise<BundleSource>
  /** Begins a bundle file, in volumes of `volumeSize` bytes if that is given. @throws SealiftError FILE_FAILED */
  createBundle(path: string, volumeSize?: number): Promise<BundleSink>
  /**
   * Begins a file of a size that nobody knows yet, its owner's alone (0600), under the name `<path>.partial`; its folder is
   * made if need be. What was there under that name is written over. @throws SealiftError DISK_FULL, FILE_FAILED
   */
  createStream(path: string): Promise<FileStream>
  /** Bytes that are free where `path` is or would be; absent when that cannot be told. */
  free(path: string): Promise<number | undefined>
}
