/** Files that live in memory: a real, small implementation, held to the same contract as the node adapter. */
import { createHash } from 'node:crypto'
import { SealiftError } from '../../src/kernel/errors/index.ts'
import type { BlobSink, BundleSink, BundleSource, Files } from '../../src/kernel/ports/index.ts'

/** A bundle file's bytes as a source. */
export function memorySource(bytes: Uint8Array, path = 'memory.tar'): BundleSource {
  const source: BundleSource = {
    path,
    size: bytes.length,
    async read(offset, length) {
      if (offset + length <= bytes.length) return bytes.slice(offset, offset + length)
      throw new SealiftError('BUNDLE_DAMAGED', `ends after ${bytes.length} bytes`)
    },
    async digest(offset, length, onRead) {
      const part = await source.read(offset, length)
      onRead?.(length)
      return createHash('sha256').update(part).digest('hex')
    },
    async close() {},
  }
  return source
}

/** What an interrupted writer of a bundle leaves: bytes and notes. */
export interface Leftover {
  bytes: Uint8Array
  notes: string[]
}

/** A sink that takes at most `room` bytes; `done` gets the bytes at commit. What was left before is continued. */
export function memorySink(
  done: (bytes: Uint8Array) => void,
  room = Number.POSITIVE_INFINITY,
  left: Leftover = { bytes: new Uint8Array(), notes: [] },
): BundleSink {
  let open = true
  const clear = () => {
    left.bytes = new Uint8Array()
    left.notes = []
  }
  const sink: BundleSink = {
    get notes() {
      return left.notes
    },
    async note(line) {
      left.notes = [...left.notes, line]
    },
    async restart() {
      clear()
    },
    async allocate(size) {
      if (size > room) throw new SealiftError('DISK_FULL', `needs ${size} bytes, ${room} are free`)
      const before = left.notes.length > 0 ? left.bytes.subarray(0, size) : new Uint8Array()
      left.bytes = new Uint8Array(size)
      left.bytes.set(before)
    },
    async write(chunk, offset) {
      await new Promise(setImmediate)
      if (!open) throw new SealiftError('FILE_FAILED', 'the file is gone')
      if (offset + chunk.length > left.bytes.length) throw new SealiftError('FILE_FAILED', 'outside the file')
      left.bytes.set(chunk, offset)
    },
    blob: offset => blobOver(sink, left, offset),
    buffer: size => Buffer.alloc(size),
    async commit() {
      if (open) done(left.bytes)
      open = false
      clear()
    },
    async keep() {
      if (open && left.notes.length === 0) clear()
      open = false
    },
    async discard() {
      if (open) clear()
      open = false
    },
  }
  return sink
}

/** A blob's place in a sink, by way of the sink's own `write`. */
function blobOver({ write }: Pick<BundleSink, 'write'>, left: Leftover, offset: number): BlobSink {
  const hash = createHash('sha256')
  let at = offset
  return {
    async write(chunk) {
      hash.update(chunk)
      at += chunk.length
      await write(chunk, at - chunk.length)
    },
    async resume(length) {
      hash.update(left.bytes.subarray(at, at + length))
      at += length
    },
    digest: async () => hash.digest('hex'),
  }
}

/** The sink with another `write`, which its blobs go through too. */
export function writingWith(sink: BundleSink, left: Leftover, write: BundleSink['write']): BundleSink {
  return {
    ...sink,
    get notes() {
      return sink.notes
    },
    write,
    blob: offset => blobOver({ write }, left, offset),
  }
}

/** A file system that begins empty. */
export function memoryFiles(): Files {
  const files = new Map<string, Uint8Array>()
  const modes = new Map<string, number>()
  const writing = new Set<string>()
  const leftovers = new Map<string, Leftover>()
  const readBytes = async (path: string) => {
    const bytes = files.get(path)
    if (bytes === undefined)
      throw new SealiftError('FILE_FAILED', `cannot read ${path}: there is no such file`)
    return bytes
  }
  return {
    readBytes,
    async readPrivate(path) {
      const bytes = await readBytes(path)
      if (((modes.get(path) ?? 0o644) & 0o077) === 0) return bytes
      throw new SealiftError('KEY_INVALID', `${path} is open to others on this machine`)
    },
    async readText(path) {
      const bytes = await readBytes(path)
      if (bytes.length > 16 * 1024 * 1024) throw new SealiftError('FILE_FAILED', `${path} is too large`)
      return Buffer.from(bytes).toString()
    },
    async readBeside(path, limit) {
      const bytes = files.get(path)
      if (bytes !== undefined && bytes.length > limit)
        throw new SealiftError('FILE_FAILED', `cannot read ${path}: it is larger than ${limit} bytes`)
      return bytes && Buffer.from(bytes).toString()
    },
    exists: async path => files.has(path) || [...files.keys()].some(name => name.startsWith(`${path}/`)),
    async write(path, content, mode = 0o644) {
      files.set(path, Buffer.from(content))
      modes.set(path, mode)
    },
    async rewrite(path, content) {
      await readBytes(path)
      files.set(path, Buffer.from(content))
    },
    async remove(path) {
      files.delete(path)
    },
    async requireAppend(path) {
      const above = [...files.keys()].find(name => path.startsWith(`${name}/`))
      if (above !== undefined)
        throw new SealiftError('FILE_FAILED', `cannot write ${path}: ${above} is no folder`)
    },
    async append(path, line) {
      const before = files.get(path) ?? new Uint8Array()
      files.set(path, Buffer.concat([before, Buffer.from(line.endsWith('\n') ? line : `${line}\n`)]))
    },
    async entries(folder) {
      const inside = [...files.keys()].filter(path => path.startsWith(`${folder}/`))
      const names = new Map(
        inside.map(path => {
          const [name = '', ...deeper] = path.slice(folder.length + 1).split('/')
          return [name, deeper.length > 0 ? 'folder' : 'file'] as const
        }),
      )
      return [...names].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async follow(path) {
      if (files.has(path)) return { path, kind: 'file' }
      if ([...files.keys()].some(name => name.startsWith(`${path}/`))) return { path, kind: 'folder' }
      throw new SealiftError('FILE_FAILED', `cannot find ${path}: there is no such file or folder`)
    },
    async temporary(prefix) {
      const path = `/temporary/${prefix}${files.size}`
      const dispose = async () => {
        for (const name of files.keys()) if (name.startsWith(`${path}/`)) files.delete(name)
      }
      return { path, dispose }
    },
    free: async () => undefined,
    async createStream(path) {
      const parts: Uint8Array[] = []
      const partial = `${path}.partial`
      files.set(partial, new Uint8Array())
      return {
        async write(bytes) {
          parts.push(Buffer.from(bytes))
        },
        async commit(final) {
          if (files.has(final)) throw new SealiftError('FILE_FAILED', `cannot finish ${final}: it exists`)
          files.delete(partial)
          files.set(final, Buffer.concat(parts))
          modes.set(final, 0o600)
        },
        async discard() {
          files.delete(partial)
        },
      }
    },
    openBundle: async path => memorySource(await readBytes(path), path),
    async createBundle(path) {
      if (writing.has(path)) throw new SealiftError('FILE_FAILED', `another sealift is writing ${path}`)
      writing.add(path)
      const left = leftovers.get(path) ?? { bytes: new Uint8Array(), notes: [] }
      leftovers.set(path, left)
      const sink = memorySink(bytes => files.set(path, bytes), Number.POSITIVE_INFINITY, left)
      const ended = () => writing.delete(path)
      return {
        ...sink,
        get notes() {
          return sink.notes
        },
        commit: () => sink.commit().finally(ended),
        keep: () => sink.keep().finally(ended),
        discard: () => sink.discard().finally(ended),
      }
    },
  }
}
