import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from './folder.ts'

/** Writes all bytes at an offset, however many calls the system needs. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done)
    done += bytesWritten
  }
}

/** Makes a folder's entries durable: a renamed file keeps its new name after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Writes a file whole, in a folder that is made if need be: temporary name beside it, sync, rename, sync of the folder. */
export async function writeWhole(path: string, content: Uint8Array, mode: number): Promise<void> {
  await makeFolder(dirname(path))
  const writing = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(writing, 'wx', mode)
    try {
      await file.chmod(mode)
      await writeAll(file, content, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(writing, path)
  } catch (error) {
    await rm(writing, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}
