import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from '../../kernel/errors/index.ts'
import { diskFull } from './faults.ts'
import type { Part } from './lanes.ts'
import { writeAll } from './sync.ts'
import { beside, isPartial, spans, volumePath } from './volumes.ts'

/** The partial files of a bundle under way: one, or one for each volume. */
export interface Partial {
  readonly files: readonly { readonly path: string; readonly partial: string; readonly handle: FileHandle }[]
  write(bytes: Uint8Array, offset: number): Promise<void>
  /** Where in which file a range of the bundle lies. */
  parts(offset: number, length: number): Part[]
  /** Told of bytes that were written: now and then they are synced while more come, so that the end waits less. */
  written(bytes: number): void
  /** Makes all that was written durable. */
  sync(): Promise<void>
  close(): Promise<void>
}

const syncEvery = 32 * 1024 * 1024

/** Where the bundle's first byte is written. */
export function firstPartial(path: string, volumeSize: number | undefined): string {
  return `${volumeSize === undefined ? path : volumePath(path, 0)}.partial`
}

/** Removes every partial file of a bundle, whatever volumes it was cut into. */
export async function removePartials(path: string): Promise<void> {
  for (const name of await readdir(dirname(path)))
    if (isPartial(path, name)) await rm(beside(path, name), { force: true })
}

/**
 * Opens the partial files of a bundle of `size` bytes, sparse, keeping what is in them.
 * @throws SealiftError DISK_FULL when there is no room for what is not in them yet
 */
export async function openPartial(
  path: string,
  size: number,
  volumeSize: number | undefined,
): Promise<Partial> {
  const each = volumeSize ?? Math.max(size, 1)
  const count = Math.max(1, Math.ceil(size / each))
  const sizes = Array.from({ length: count }, (_, i) => Math.min(each, size - i * each))
  const paths = sizes.map((_, i) => (volumeSize === undefined ? path : volumePath(path, i)))
  await requireRoom(path, size, paths)
  const files: Partial['files'][number][] = []
  try {
    for (const [i, final] of paths.entries()) {
      const partial = `${final}.partial`
      const handle = await openOne(partial)
      files.push({ path: final, partial, handle })
      await handle.truncate(sizes[i] ?? 0)
    }
  } catch (error) {
    await Promise.all(files.map(({ handle }) => handle.close()))
    throw error
  }
  const handleOf = (volume: number) => {
    const file = files[volume]
    if (file === undefined) throw new RangeError(`outside the ${size} bytes of ${path}`)
    return file.handle
  }
  let unsynced = 0
  let syncing: Promise<void> | undefined
  let failed: { readonly error: unknown } | undefined
  const syncAll = async () => {
    await Promise.all(files.map(({ handle }) => handle.datasync()))
  }
  return {
    files,
    async write(bytes, offset) {
      for (const { volume, at, from, length } of spans(offset, bytes.length, each))
        await writeAll(handleOf(volume), bytes.subarray(from, from + length), at)
    },
    parts: (offset, length) =>
      [...spans(offset, length, each)].map(({ volume, ...part }) => ({ fd: handleOf(volume).fd, ...part })),
    written(bytes) {
      unsynced += bytes
      if (unsynced < syncEvery || syncing !== undefined) return
      unsynced = 0
      syncing = syncAll().catch((error: unknown) => {
        // The system tells a failed write once only: the next sync would know nothing of it.
        failed ??= { error }
      })
      syncing = syncing.finally(() => {
        syncing = undefined
      })
    },
    async sync() {
      await syncing
      await syncAll()
      if (failed !== undefined) throw failed.error
    },
    close: async () => {
      await syncing
      await Promise.all(files.map(({ handle }) => handle.close()))
    },
  }
}

// A link in the place of a partial file, symbolic or hard, is replaced, never written through.
async function openOne(partial: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants
  const found = await lstat(partial).catch(() => undefined)
  if (found !== undefined && !(found.isFile() && found.nlink === 1)) await rm(partial, { force: true })
  return open(partial, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644)
}

async function requireRoom(path: string, size: number, paths: readonly string[]): Promise<void> {
  const free = await freeBytes(path)
  const found = await Promise.all(paths.map(one => lstat(`${one}.partial`).catch(() => undefined)))
  const there = found.reduce((sum, stats) => sum + (stats?.isFile() ? stats.blocks * 512 : 0), 0)
  if (free !== undefined && size - there > free) throw diskFull(path, size - there, free)
}

/** Bytes free on the volume of a path, or of the nearest folder above it that is there. */
export async function freeBytes(path: string): Promise<number | undefined> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || folder === dirname(folder)) return undefined
    }
  }
}
