import { constants } from 'node:fs'
import { access, type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { count, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import type { BundleSource, FileIdentity, Volume } from '../../kernel/ports/index.ts'
import { fileFailed } from './faults.ts'
import { createHashing } from './hashing.ts'
import { identityOf } from './identity.ts'
import { bundlePath, parseSums, spans, sumsPath, volumePath } from './volumes.ts'

// Some ten thousand volumes.
const sumsLimit = 1024 * 1024
const hashedAtOnce = 16 * 1024 * 1024
/** Milliseconds for which threads that hash are kept without work. */
const idleFor = 500

interface OpenFile {
  readonly path: string
  readonly handle: FileHandle
  readonly size: number
  readonly file: FileIdentity
}

/**
 * A bundle, open for reading by offset: a file, or the volumes that it lies in.
 * @throws SealiftError FILE_FAILED when it is no readable regular file, BUNDLE_DAMAGED when a volume is missing or
 *   has another size than the rest, BUNDLE_MALFORMED for a list of volumes that is none
 */
export async function openSource(path: string): Promise<BundleSource> {
  const whole = bundlePath(path)
  // A list beside a whole file is somebody's own checksum of it.
  if (path === whole && (await isThere(path))) return source(path, [await openFile(path)])
  const sums = await readSums(whole)
  const inVolumes = path !== whole || sums !== undefined || (await isThere(volumePath(whole, 0)))
  if (!inVolumes) return source(path, [await openFile(path)])
  const files: OpenFile[] = []
  try {
    for (let i = 0; sums === undefined ? await isThere(volumePath(whole, i)) : i < sums.length; i++)
      files.push(await openVolume(volumePath(whole, i)))
    return source(whole, files, volumesOf(files, whole, sums))
  } catch (error) {
    await Promise.all(files.map(({ handle }) => handle.close()))
    throw error
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** The list of a bundle's volumes; `undefined` where there is none. @throws SealiftError BUNDLE_MALFORMED */
export async function readSums(whole: string): Promise<Digest[] | undefined> {
  const path = sumsPath(whole)
  try {
    const { handle, size } = await openFile(path)
    try {
      if (size > sumsLimit) throw new SealiftError('BUNDLE_MALFORMED', `${path} is no list of volumes`)
      return parseSums((await handle.readFile()).toString('utf8', 0, sumsLimit), whole)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof SealiftError && systemCode(error.cause) === 'ENOENT'
}

async function openFile(path: string): Promise<OpenFile> {
  let folder: boolean
  try {
    // A pipe in the place of a file is not waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = await handle.stat()
    if (stats.isFile()) return { path, handle, size: stats.size, file: identityOf(stats) }
    await handle.close()
    folder = stats.isDirectory()
  } catch (error) {
    throw fileFailed('open', path, error)
  }
  throw new SealiftError(
    'FILE_FAILED',
    `cannot open ${path}: it is ${folder ? 'a folder' : 'no regular file'}`,
    { hints: [folder ? 'name a bundle in it: its file, or its first volume' : 'name a file'] },
  )
}

async function openVolume(path: string): Promise<OpenFile> {
  try {
    return await openFile(path)
  } catch (error) {
    if (!isAbsent(error)) throw error
    throw new SealiftError('BUNDLE_DAMAGED', `volume ${basename(path)} is missing`, {
      hints: [`bring ${path} over as well: a bundle is read from all of its volumes`],
      cause: error,
    })
  }
}

/** @throws SealiftError BUNDLE_DAMAGED when a volume before the last is not as long as the first */
function volumesOf(files: readonly OpenFile[], whole: string, sums: readonly Digest[] | undefined): Volume[] {
  const first = files[0]
  if (first === undefined)
    throw new SealiftError('BUNDLE_DAMAGED', `volume ${basename(volumePath(whole, 0))} is missing`)
  const faults = files.flatMap(({ path, size }, i) => {
    const last = i === files.length - 1
    if (last ? size <= first.size && size > 0 : size === first.size) return []
    return [`volume ${basename(path)} has ${count(size, 'byte')}, the first has ${first.size}`]
  })
  if (faults.length > 0) throw new SealiftError('BUNDLE_DAMAGED', `${faults[0]}: it was cut off`, { faults })
  return files.map(({ path, size, file }, i) => {
    const digest = sums?.[i]
    return { name: basename(path), offset: i * first.size, size, file, ...(digest ? { digest } : {}) }
  })
}

function source(path: string, files: readonly OpenFile[], volumes?: readonly Volume[]): BundleSource {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  const each = Math.max(1, files[0]?.size ?? 1)
  const hashing = createHashing()
  let reading = 0
  let idle: NodeJS.Timeout | undefined
  const begin = () => {
    reading += 1
    clearTimeout(idle)
  }
  // Its threads take some 20 MB, and a bundle may stay open for minutes after it is verified.
  const end = () => {
    reading -= 1
    if (reading === 0) idle = setTimeout(() => void hashing.close(), idleFor).unref()
  }
  return {
    path,
    size,
    ...(volumes ? { volumes } : fileIn(files)),
    async read(offset, length) {
      const bytes = Buffer.allocUnsafe(Math.min(length, Math.max(0, size - offset)))
      for (const { volume, at, from, length: part } of spans(offset, bytes.length, each))
        await readPart(files[volume], bytes.subarray(from, from + part), at)
      if (bytes.length < length) throw ended(files, size, offset + length)
      return bytes
    },
    async digest(offset, length, onRead) {
      if (offset + length > size) throw ended(files, size, offset + length)
      begin()
      try {
        const lane = hashing.lane()
        for (let done = 0; done < length; ) {
          const part = Math.min(hashedAtOnce, length - done)
          const spread = [...spans(offset + done, part, each)]
          const parts = spread.map(({ volume, ...span }) => ({ fd: files[volume]?.handle.fd ?? -1, ...span }))
          await lane.read(parts).catch((error: unknown) => Promise.reject(fileFailed('read', path, error)))
          done += part
          onRead?.(part)
        }
        return await lane.digest()
      } finally {
        end()
      }
    },
    close: async () => {
      clearTimeout(idle)
      await hashing.close()
      await Promise.all(files.map(({ handle }) => handle.close()))
    },
  }
}

function fileIn([one]: readonly OpenFile[]): Pick<BundleSource, 'file'> {
  return one === undefined ? {} : { file: one.file }
}

function ended(files: readonly OpenFile[], size: number, expected: number): SealiftError {
  const path = files.at(-1)?.path
  return new SealiftError(
    'BUNDLE_DAMAGED',
    `${path} ends after ${count(size, 'byte')}, ${expected} were expected`,
  )
}

async function readPart(file: OpenFile | undefined, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; file !== undefined && done < bytes.length; ) {
    const { bytesRead } = await file.handle
      .read(bytes, done, bytes.length - done, at + done)
      .catch((error: unknown) => Promise.reject(fileFailed('read', file.path, error)))
    // It was as long as this when it was opened.
    if (bytesRead === 0)
      throw new SealiftError('BUNDLE_DAMAGED', `${file.path} was cut off while it was read`)
    done += bytesRead
  }
}
