/** Deterministic tar streams: entries sorted, time 0, owner root; the same files always give the same bytes. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { Header } from 'tar'

/** One entry of a layer or chart: a file of this machine, given content, a symbolic link, or a folder. */
export type Entry = { readonly path: string; readonly mode?: number } & (
  | { readonly source: string }
  | { readonly content: string | Buffer }
  | { readonly symlink: string }
  | { readonly folder: true }
)

function header(
  path: string,
  mode: number,
  type: 'File' | 'Directory' | 'SymbolicLink',
  size = 0,
  linkpath = '',
) {
  const block = Buffer.alloc(512)
  const tooLong = new Header({ path, mode, type, size, linkpath, uid: 0, gid: 0, mtime: new Date(0) }).encode(
    block,
  )
  if (tooLong) throw new Error(`does not fit into a ustar header: ${path}`)
  return block
}

function padding(size: number): Buffer {
  return Buffer.alloc((512 - (size % 512)) % 512)
}

/**
 * The entries with the folders they lie in, one of each path (the last given), sorted by path, so that every
 * folder comes before its content.
 */
export function completed(entries: readonly Entry[]): Entry[] {
  const all = new Map<string, Entry>()
  for (const entry of entries) {
    const path = entry.path.replace(/^\/+|\/+$/g, '')
    for (let up = posix.dirname(path); up !== '.'; up = posix.dirname(up)) {
      if (!all.has(up)) all.set(up, { path: up, folder: true })
    }
    all.set(path, { ...entry, path })
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The bytes of an uncompressed ustar archive with these entries, {@link completed}. */
export async function* tarStream(entries: readonly Entry[]): AsyncGenerator<Buffer> {
  for (const entry of completed(entries)) {
    if ('folder' in entry) yield header(`${entry.path}/`, entry.mode ?? 0o755, 'Directory')
    else if ('symlink' in entry) yield header(entry.path, 0o777, 'SymbolicLink', 0, entry.symlink)
    else if ('content' in entry) {
      const content = Buffer.from(entry.content)
      yield header(entry.path, entry.mode ?? 0o644, 'File', content.length)
      yield content
      yield padding(content.length)
    } else {
      const { size } = await stat(entry.source)
      yield header(entry.path, entry.mode ?? 0o644, 'File', size)
      yield* createReadStream(entry.source, { highWaterMark: 1 << 20 })
      yield padding(size)
    }
  }
  yield Buffer.alloc(1024)
}
