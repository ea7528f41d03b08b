import { constants } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileStream } from '../../kernel/ports/index.ts'
import { fileFailed } from './faults.ts'
import { makeFolder } from './folder.ts'
import { syncFolder, writeAll } from './sync.ts'

/** A file under way as `<path>.partial`, 0600; never through a link. @throws SealiftError DISK_FULL, FILE_FAILED */
export async function createStream(path: string): Promise<FileStream> {
  const partial = `${path}.partial`
  let at = 0
  const attempt = async <T>(
    doing: string,
    name: string,
    work: () => Promise<T>,
    size?: number,
  ): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw fileFailed(doing, name, error, size)
    }
  }
  const file = await attempt('create', path, async () => {
    await makeFolder(dirname(path))
    await rm(partial, { force: true })
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
    return open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  })
  let isOpen = true
  let committed = false
  const close = async () => {
    if (isOpen) await file.close()
    isOpen = false
  }
  return {
    write: bytes =>
      attempt(
        'write',
        path,
        async () => {
          await writeAll(file, bytes, at)
          at += bytes.length
        },
        bytes.length,
      ),
    commit: final =>
      attempt('finish', final, async () => {
        await file.sync()
        await close()
        // A link would refuse that by itself, but what a medium is formatted with often has none.
        if (await lstat(final).catch(() => undefined)) throw new Error('there is such a file already')
        await rename(partial, final)
        committed = true
        await syncFolder(dirname(final))
      }),
    discard: async () => {
      await close()
      if (!committed) await rm(partial, { force: true })
    },
  }
}
