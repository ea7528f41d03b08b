import { type FileHandle, open } from 'node:fs/promises'
import { SealiftError } from '../../errors/index.ts'
import type { BundleSource } from '../../ports/index.ts'
import { fileFailed } from './faults.ts'

/** A bundle file, open for reading by offset. @throws SealiftError FILE_FAILED when it is no readable regular file */
export async function openSource(path: string): Promise<BundleSource> {
  try {
    const file = await open(path, 'r')
    const stats = await file.stat()
    if (stats.isFile()) return source(file, stats.size, path)
    await file.close()
  } catch (error) {
    throw fileFailed('open', path, error)
  }
  throw new SealiftError('FILE_FAILED', `cannot open ${path}: it is no regular file`)
}

function source(file: FileHandle, size: number, path: string): BundleSource {
  return {
    size,
    async read(offset, length) {
      const bytes = Buffer.allocUnsafe(length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file
          .read(bytes, done, length - done, offset + done)
          .catch((error: unknown) => Promise.reject(fileFailed('read', path, error)))
        if (bytesRead === 0) {
          throw new SealiftError(
            'BUNDLE_DAMAGED',
            `${path} ends after ${offset + done} bytes, ${offset + length} were expected`,
          )
        }
        done += bytesRead
      }
      return bytes
    },
    close: () => file.close(),
  }
}
