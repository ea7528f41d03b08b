import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { count, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Digest } from '../../kernel/oci/index.ts'
import type { BundleSource, Volume } from '../../kernel/ports/index.ts'
import { fileFailed } from './faults.ts'
import { identityOf } from './identity.ts'
import { type OpenFile, sourceOf } from './reading.ts'
import { bundlePath, parseSums, sumsPath, volumePath } from './volumes.ts'

// Some ten thousand volumes.
const sumsLimit = 1024 * 1024

/**
 * A bundle, open for reading by offset: a file, or the volumes that it lies in.
 * @throws SealiftError FILE_FAILED when it is no readable regular file, BUNDLE_DAMAGED when a volume is missing or
 *   has another size than the rest, BUNDLE_MALFORMED for a list of volumes that is none, or what an interrupted run has left
 */
export async function openSource(path: string): Promise<BundleSource> {
  if (path.endsWith('.partial') && (await isThere(path))) throw unfinished(path)
  const whole = bundlePath(path)
  // A list beside a whole file is somebody's own checksum of it.
  if (path === whole && (await isThere(path))) return sourceOf(path, [await openFile(path)])
  const sums = await readSums(whole)
  const inVolumes = path !== whole || sums !== undefined || (await isThere(volumePath(whole, 0)))
  if (!inVolumes) return sourceOf(path, [await openFile(path)])
  const files: OpenFile[] = []
  try {
    for (let i = 0; sums === undefined ? await isThere(volumePath(whole, i)) : i < sums.length; i++)
      files.push(await openVolume(volumePath(whole, i)))
    return sourceOf(whole, files, volumesOf(files, whole, sums))
  } catch (error) {
    await Promise.all(files.map(({ handle }) => handle.close()))
    throw error
  }
}

function unfinished(path: string): SealiftError {
  return new SealiftError('BUNDLE_MALFORMED', `${path} is a bundle that is not finished`, {
    hints: ['run the build or merge again that was interrupted: it goes on from what is there'],
  })
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
