import { appendFile, lstat, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Digest } from '../../kernel/oci/index.ts'
import type { BundleSink, Progress } from '../../kernel/ports/index.ts'
import { fileFailed } from './faults.ts'
import { makeFolder } from './folder.ts'
import { createHashing } from './hashing.ts'
import type { Hashing } from './lanes.ts'
import { lockFile } from './lock.ts'
import { firstPartial, openPartial, type Partial, removePartials } from './partial.ts'
import { readSums } from './source.ts'
import { syncFolder, writeWhole } from './sync.ts'
import { printSums, sumsPath, volumePath } from './volumes.ts'

const notesLimit = 64 * 1024 * 1024
const hashedAtOnce = 16 * 1024 * 1024

/**
 * A bundle file under way, as `<path>.partial` (`<path>.001.partial` and so on in volumes) with the notes of its
 * writer in `<path>.journal`; its folder is made if need be. A second writer of the same path is refused.
 * @throws SealiftError FILE_FAILED
 */
export async function createSink(path: string, volumeSize?: number): Promise<BundleSink> {
  const attempt = async <T>(doing: string, work: () => Promise<T>, size?: number): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw fileFailed(doing, path, error, size)
    }
  }
  const journal = `${path}.journal`
  const release = await attempt('create', async () => {
    await makeFolder(dirname(path))
    return lockFile(path)
  })
  let notes = await leftNotes(journal, firstPartial(path, volumeSize))
  let noted = notes.length > 0
  let partial: Partial | undefined
  let size = 0
  let ended = false
  const hashing = createHashing()
  hashing.begin()
  const clear = async () => {
    await partial?.close()
    partial = undefined
    await removePartials(path)
    await rm(journal, { force: true })
    notes = []
    noted = false
  }
  const opened = () => {
    if (partial === undefined) throw new Error('it was given no size yet')
    return partial
  }
  const end = async (leave: boolean) => {
    if (ended) return
    ended = true
    await hashing.close()
    if (leave && noted) await partial?.close()
    else await clear()
    await release()
  }
  return {
    get notes() {
      return notes
    },
    note: line =>
      attempt('note progress beside', async () => {
        noted = true
        await appendFile(journal, `${line}\n`)
      }),
    restart: () => attempt('begin', clear),
    allocate: wanted =>
      attempt(
        'make',
        async () => {
          size = wanted
          if (!noted) await clear()
          partial = await openPartial(path, wanted, volumeSize)
        },
        wanted,
      ),
    write: (bytes, offset) => attempt('write', () => opened().write(bytes, offset), size),
    blob: offset => {
      const lane = hashing.lane()
      let at = offset
      const next = (length: number) => {
        at += length
        return opened().parts(at - length, length)
      }
      return {
        write: bytes =>
          attempt(
            'write',
            async () => {
              await lane.write(bytes, next(bytes.length))
              opened().written(bytes.length)
            },
            size,
          ),
        resume: length => attempt('read', () => lane.read(next(length))),
        digest: () => lane.digest(),
      }
    },
    buffer: bytes => Buffer.from(new SharedArrayBuffer(bytes)),
    commit: onHashed =>
      attempt('finish', async () => {
        const { files } = opened()
        await opened().sync()
        const sums =
          volumeSize === undefined ? [] : await sumsOf(opened(), size, volumeSize, hashing, onHashed)
        await hashing.close()
        if (sums.length > 0) await writeWhole(sumsPath(path), Buffer.from(printSums(path, sums)), 0o644)
        for (const { partial: from, path: to } of files) await rename(from, to)
        await removeOlder(path, volumeSize === undefined ? 0 : files.length)
        await rm(journal, { force: true })
        ended = true
        await opened().close()
        await release()
        await syncFolder(dirname(path))
      }),
    keep: () => attempt('keep', () => end(true)),
    discard: () => attempt('remove', () => end(false)),
  }
}

/** What an earlier run noted, if its partial file is still there. A last line that was cut off is left out. */
async function leftNotes(journal: string, partial: string): Promise<readonly string[]> {
  try {
    const [file, found] = [await lstat(partial), await lstat(journal)]
    // Somebody else's would stay theirs under the bundle's name, and could be changed at any time.
    const user = process.getuid?.()
    const own = [file, found].every(stats => stats.isFile() && stats.nlink === 1 && stats.uid === user)
    if (!own || found.size > notesLimit) return []
    return (await readFile(journal, 'utf8')).split('\n').slice(0, -1)
  } catch {
    return []
  }
}

/** The digest of each volume, read again: its parts were written in any order. */
async function sumsOf(
  partial: Partial,
  size: number,
  volumeSize: number,
  hashing: Hashing,
  onHashed?: (progress: Progress) => void,
): Promise<Digest[]> {
  const digests: Digest[] = []
  for (let start = 0; start < size; start += volumeSize) {
    const lane = hashing.lane()
    const end = Math.min(size, start + volumeSize)
    for (let at = start; at < end; at += hashedAtOnce) {
      await lane.read(partial.parts(at, Math.min(hashedAtOnce, end - at)))
      onHashed?.({ done: Math.min(end, at + hashedAtOnce), total: size })
    }
    digests.push(`sha256:${await lane.digest()}`)
  }
  return digests
}

// Volumes of an earlier build that this one has not, with their list, and the whole file where there are volumes now.
async function removeOlder(path: string, volumes: number): Promise<void> {
  if (volumes > 0) await rm(path, { force: true })
  else if (await readSums(path).catch(() => undefined)) await rm(sumsPath(path), { force: true })
  for (let i = volumes; ; i++) {
    const older = volumePath(path, i)
    if (!(await lstat(older).catch(() => undefined))?.isFile()) return
    await rm(older)
  }
}
