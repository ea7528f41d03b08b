import { type FileHandle, mkdir, open, rename, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BundleSink } from '../../ports/index.ts'
import { diskFull, fileFailed } from './faults.ts'
import { lockFile } from './lock.ts'
import { syncFolder, writeAll } from './sync.ts'

/**
 * A bundle file under way, as `<path>.partial`; its folder is made if need be. One left over from a killed run is replaced; a second writer of
 * the same path is refused. @throws SealiftError FILE_FAILED
 */
export async function createSink(path: string): Promise<BundleSink> {
  const partial = `${path}.partial`
  const { file, release } = await begin(path, partial)
  let size = 0
  let ended = false
  const attempt = async (doing: string, work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      throw fileFailed(doing, path, error, size)
    }
  }
  return {
    allocate: wanted =>
      attempt('make', async () => {
        size = wanted
        const { bavail, bsize } = await statfs(dirname(partial))
        if (wanted > bavail * bsize) throw diskFull(path, wanted, bavail * bsize)
        await file.truncate(wanted)
      }),
    write: (bytes, offset) => attempt('write', () => writeAll(file, bytes, offset)),
    commit: () =>
      attempt('finish', async () => {
        await file.sync()
        await rename(partial, path)
        ended = true
        await file.close()
        await release()
        await syncFolder(dirname(path))
      }),
    discard: () =>
      attempt('remove', async () => {
        if (ended) return
        ended = true
        await file.close()
        await rm(partial, { force: true })
        await release()
      }),
  }
}

async function begin(
  path: string,
  partial: string,
): Promise<{ file: FileHandle; release: () => Promise<void> }> {
  try {
    await mkdir(dirname(path), { recursive: true })
    const release = await lockFile(path)
    try {
      await rm(partial, { force: true })
      return { file: await open(partial, 'wx'), release }
    } catch (error) {
      await release()
      throw error
    }
  } catch (error) {
    throw fileFailed('create', path, error)
  }
}
