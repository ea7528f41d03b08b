import { constants } from 'node:fs'
import { access, type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { bytes, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Files } from '../../kernel/ports/index.ts'
import { temporaryFolder } from '../temporary.ts'
import { fileFailed } from './faults.ts'
import { makeFolder } from './folder.ts'
import { entriesOf, follow } from './folders.ts'
import { freeBytes } from './partial.ts'
import { createSink } from './sink.ts'
import { openSource } from './source.ts'
import { createStream } from './stream.ts'
import { writeWhole } from './sync.ts'

const textLimit = 16 * 1024 * 1024
const bytesLimit = 1024 * 1024 * 1024
const privateLimit = 1024 * 1024

/** This machine's file system. */
export function nodeFiles(): Files {
  return {
    readText: async path => decode(await readLimited(path, textLimit), path),
    readBytes: path => readLimited(path, bytesLimit),
    readPrivate: path => readLimited(path, privateLimit, true),
    readBeside: (path, limit) => readBeside(path, limit),
    exists: path =>
      access(path).then(
        () => true,
        () => false,
      ),
    write: (path, content, mode = 0o644) => {
      const bytes = Buffer.from(content)
      return failing('write', path, () => writeWhole(path, bytes, mode), bytes.length)
    },
    rewrite: (path, content) => {
      const bytes = Buffer.from(content)
      const write = async () => await writeWhole(path, bytes, (await stat(path)).mode & 0o777)
      return failing('write', path, write, bytes.length)
    },
    remove: path => failing('remove', path, () => rm(path, { force: true })),
    requireAppend: path => failing('write', path, () => requireWritable(path)),
    append: (path, line) => failing('write', path, () => appendLine(path, line)),
    entries: folder => failing('list', folder, () => entriesOf(folder)),
    follow: path => failing('find', path, () => follow(path)),
    temporary: temporaryFolder,
    openBundle: openSource,
    createBundle: createSink,
    createStream,
    free: freeBytes,
  }
}

async function failing<T>(doing: string, path: string, work: () => Promise<T>, size?: number): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileFailed(doing, path, error, size)
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new SealiftError('FILE_FAILED', `cannot read ${path}: it is not UTF-8 text`, { cause })
  }
}

/** Reads what may also be a pipe, at most `limit` bytes. */
async function readLimited(path: string, limit: number, own = false): Promise<Buffer> {
  return failing('read', path, async () => {
    const file = await open(path, 'r')
    if (own) await requirePrivate(file, path)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of file.createReadStream()) {
      if (!Buffer.isBuffer(chunk)) continue
      size += chunk.length
      if (size > limit)
        throw new SealiftError('FILE_FAILED', `cannot read ${path}: it is larger than ${bytes(limit)}`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  })
}

/** Asked of the file that is open, which nobody can put another in the place of. */
async function requirePrivate(file: FileHandle, path: string): Promise<void> {
  const stats = await file.stat()
  if (!stats.isFile() || (stats.mode & 0o077) === 0) return
  await file.close()
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
  throw new SealiftError('KEY_INVALID', `${path} is open to others on this machine (mode ${mode})`, {
    hints: [`chmod 600 ${path}; whoever had read it could open what it opens`],
  })
}

// Neither follows a link nor waits for a pipe's other end.
async function readBeside(path: string, limit: number): Promise<string | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    const file = await open(path, flags)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw new SealiftError('FILE_FAILED', `cannot read ${path}: it is no regular file`)
      if (stats.size > limit)
        throw new SealiftError('FILE_FAILED', `cannot read ${path}: it is larger than ${bytes(limit)}`)
      return decode(await file.readFile(), path)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileFailed('read', path, error)
  }
}

/** Asks of what is there: the file, or the nearest folder that it would be made in. */
async function requireWritable(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    await requireWritable(dirname(path))
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  await makeFolder(dirname(path))
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(line.endsWith('\n') ? line : `${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}
