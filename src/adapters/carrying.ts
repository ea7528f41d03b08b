import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSea } from 'node:sea'
import { SealiftError } from '../kernel/errors/index.ts'
import type { Carrying, FileIdentity, Placed, Placing } from '../kernel/ports/index.ts'
import { fileFailed, identityOf, isSame, makeFolder, syncFolder, writeAll } from './files/index.ts'
import { thisPlatform } from './platform.ts'
import { packageFolder, shipped } from './shipped.ts'

/** By the machine in an ELF header (elf(5), e_machine). */
const machines: Readonly<Record<number, string>> = { 62: 'linux/amd64', 183: 'linux/arm64' }

/** Puts files into folders of this machine. */
export function createCarrying(): Carrying {
  return {
    place: (from, to, placing) => failing('carry', from, () => place(from, to, placing)),
    async executable(platform) {
      if (isSea() && platform === thisPlatform()) return process.execPath
      const path = join(executables(), `sealift-${platform.replaceAll('/', '-')}`)
      const found = await stat(path).catch(() => undefined)
      return found?.isFile() ? path : undefined
    },
    page: shipped,
    platformOf: path => failing('read', path, () => platformOf(path)),
  }
}

/** Where executables of other platforms lie: beside this one, or where a checkout makes them. */
function executables(): string {
  if (isSea()) return dirname(process.execPath)
  return join(packageFolder(), 'dist', 'executable')
}

async function failing<T>(doing: string, path: string, work: () => Promise<T>, size?: number): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileFailed(doing, path, error, size)
  }
}

async function place(from: string, to: string, placing: Placing): Promise<Placed> {
  const path = await realpath(from)
  const stats = await stat(path)
  if (!stats.isFile()) throw new SealiftError('FILE_FAILED', `cannot carry ${from}: it is no regular file`)
  const file = await open(path, 'r')
  try {
    const opened = await file.stat()
    const wanted = placing.file ?? identityOf(opened)
    const hold = (now: Stats) => requireSame(now, wanted, from)
    hold(opened)
    const source: Source = {
      path,
      mode: stats.mode & 0o777,
      hold,
      stat: () => file.stat(),
      read: (chunk, at) =>
        failing('read', from, async () => (await file.read(chunk, 0, chunk.length, at)).bytesRead),
    }
    // What fails from here on, and is not said of the source, is said of where the file was to be.
    return await failing('write', to, () => placeAt(to, source, placing), stats.size)
  } finally {
    await file.close()
  }
}

/** An open file: where it is, and how it is read from an offset, which tells how many bytes that were. */
interface Source {
  readonly path: string
  readonly mode: number
  stat(): Promise<Stats>
  read(chunk: Buffer, at: number): Promise<number>
  /** @throws SealiftError FILE_FAILED where what is somewhere now is another file, or was written to */
  hold(now: Stats): void
}

async function placeAt(to: string, source: Source, { mode, signal, onRead }: Placing): Promise<Placed> {
  const partial = `${to}.carrying`
  try {
    await makeFolder(dirname(to))
    await rm(partial, { force: true })
    const linkable = mode === undefined || source.mode === mode
    const copy = linkable && (await linked(source.path, partial)) ? undefined : await open(partial, 'wx')
    try {
      // The second name was given to whatever the path led to by then.
      if (copy === undefined) source.hold(await lstat(partial))
      const placed = await readThrough(source, copy, { signal, ...(onRead ? { onRead } : {}) })
      source.hold(await source.stat())
      // File systems without modes refuse them.
      if (mode !== undefined) await copy?.chmod(mode).catch(() => {})
      await copy?.sync()
      return await named(partial, to, placed)
    } finally {
      await copy?.close()
    }
  } finally {
    // A second name of what lies there already stays behind when it is renamed.
    await rm(partial, { force: true })
  }
}

/** @throws SealiftError FILE_FAILED */
function requireSame(now: Stats, wanted: FileIdentity, from: string): void {
  if (isSame(now, wanted)) return
  throw new SealiftError('FILE_FAILED', `${from} was replaced or written to while it was carried`, {
    hints: ['let whatever writes it end, and run it again: the folder is not finished, and does not pass'],
  })
}

async function named(partial: string, to: string, placed: Placed): Promise<Placed> {
  await rename(partial, to)
  await syncFolder(dirname(to))
  return placed
}

/** Whether the file has another name now: other file systems, and some of sticks and networks, give it none. */
async function linked(from: string, to: string): Promise<boolean> {
  return await link(from, to).then(
    () => true,
    () => false,
  )
}

/** Reads a file from its start, and writes what is read where a copy is wanted. */
async function readThrough(
  source: Source,
  copy: FileHandle | undefined,
  { signal, onRead }: Placing,
): Promise<Placed> {
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafeSlow(1024 * 1024)
  let size = 0
  for (;;) {
    if (signal.aborted) throw new SealiftError('INTERRUPTED', 'interrupted while files were carried')
    const bytesRead = await source.read(chunk, size)
    if (bytesRead === 0) return { digest: `sha256:${hash.digest('hex')}`, size }
    const bytes = chunk.subarray(0, bytesRead)
    hash.update(bytes)
    if (copy !== undefined) await writeAll(copy, bytes, size)
    size += bytesRead
    onRead?.(bytesRead)
  }
}

async function platformOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r')
  try {
    const head = Buffer.alloc(20)
    const { bytesRead } = await file.read(head, 0, head.length, 0)
    // 64 bits, the low byte first.
    if (bytesRead < head.length || head.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined
    return machines[head.readUInt16LE(18)]
  } finally {
    await file.close()
  }
}
