/** Files that live in memory: a real, small implementation, held to the same contract as the node adapter. */
import { SealiftError } from '../../src/errors/index.ts'
import type { BundleSink, BundleSource, Files } from '../../src/ports/index.ts'

/** A bundle file's bytes as a source. */
export function memorySource(bytes: Uint8Array): BundleSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      if (offset + length <= bytes.length) return bytes.slice(offset, offset + length)
      throw new SealiftError('BUNDLE_DAMAGED', `ends after ${bytes.length} bytes`)
    },
    async close() {},
  }
}

/** A sink that takes at most `room` bytes; `done` gets the bytes at commit. */
export function memorySink(done: (bytes: Uint8Array) => void, room = Number.POSITIVE_INFINITY): BundleSink {
  let bytes: Uint8Array | undefined = new Uint8Array()
  return {
    async allocate(size) {
      if (size > room) throw new SealiftError('DISK_FULL', `needs ${size} bytes, ${room} are free`)
      bytes = new Uint8Array(size)
    },
    async write(chunk, offset) {
      await new Promise(setImmediate)
      if (bytes === undefined) throw new SealiftError('FILE_FAILED', 'the file is gone')
      if (offset + chunk.length > bytes.length) throw new SealiftError('FILE_FAILED', 'outside the file')
      bytes.set(chunk, offset)
    },
    async commit() {
      if (bytes !== undefined) done(bytes)
      bytes = undefined
    },
    async discard() {
      bytes = undefined
    },
  }
}

/** A file system that begins empty. */
export function memoryFiles(): Files {
  const files = new Map<string, Uint8Array>()
  const writing = new Set<string>()
  const readBytes = async (path: string) => {
    const bytes = files.get(path)
    if (bytes === undefined)
      throw new SealiftError('FILE_FAILED', `cannot read ${path}: there is no such file`)
    return bytes
  }
  return {
    readBytes,
    async readText(path) {
      const bytes = await readBytes(path)
      if (bytes.length > 16 * 1024 * 1024) throw new SealiftError('FILE_FAILED', `${path} is too large`)
      return Buffer.from(bytes).toString()
    },
    exists: async path => files.has(path) || [...files.keys()].some(name => name.startsWith(`${path}/`)),
    async write(path, content) {
      files.set(path, Buffer.from(content))
    },
    async append(path, line) {
      const before = files.get(path) ?? new Uint8Array()
      files.set(path, Buffer.concat([before, Buffer.from(line.endsWith('\n') ? line : `${line}\n`)]))
    },
    async list(folder) {
      const inside = [...files.keys()].filter(path => path.startsWith(`${folder}/`))
      return inside.map(path => path.slice(folder.length + 1)).sort()
    },
    async temporary(prefix) {
      const path = `/temporary/${prefix}${files.size}`
      const dispose = async () => {
        for (const name of files.keys()) if (name.startsWith(`${path}/`)) files.delete(name)
      }
      return { path, dispose }
    },
    openBundle: async path => memorySource(await readBytes(path)),
    async createBundle(path) {
      if (writing.has(path)) throw new SealiftError('FILE_FAILED', `another sealift is writing ${path}`)
      writing.add(path)
      const sink = memorySink(bytes => files.set(path, bytes))
      const ended = () => writing.delete(path)
      return {
        ...sink,
        commit: () => sink.commit().finally(ended),
        discard: () => sink.discard().finally(ended),
      }
    },
  }
}
