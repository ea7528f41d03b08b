import type { FileHandle } from 'node:fs/promises'
import { count, SealiftError } from '../../kernel/errors/index.ts'
import type { BundleSource, FileIdentity, Volume } from '../../kernel/ports/index.ts'
import { fileFailed } from './faults.ts'
import { createHashing } from './hashing.ts'
import { spans } from './volumes.ts'

const hashedAtOnce = 16 * 1024 * 1024
/** Milliseconds for which threads that hash are kept without work. */
const idleFor = 500

/** A file of a bundle, and what it was when it was opened. `size` in bytes. */
export interface OpenFile {
  readonly path: string
  readonly handle: FileHandle
  readonly size: number
  readonly file: FileIdentity
}

/**
 * The bundle at `path` out of its files: one, or its volumes, all as long as the first but the last.
 * @throws SealiftError FILE_FAILED, BUNDLE_DAMAGED for a file that is shorter than it was, when it is read
 */
export function sourceOf(
  path: string,
  files: readonly OpenFile[],
  volumes?: readonly Volume[],
): BundleSource {
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
