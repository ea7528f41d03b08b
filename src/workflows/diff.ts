import { type Bundle, lockTitle, openBundle, specTitle } from '../bundle/index.ts'
import { type Diff, type DiffSide, lockDiff } from '../diff/index.ts'
import { SealiftError } from '../errors/index.ts'
import { type BundleLock, parseLock } from '../lock/index.ts'
import type { Talk } from '../ports/index.ts'
import { changedObjects, type DiffHost } from './diff-objects.ts'
import { readLock } from './read-lock.ts'

export type { DiffHost } from './diff-objects.ts'

/** What to compare: each a folder with bundle.yaml and its lock, a lock, or a bundle. */
export interface DiffRequest {
  readonly a: string
  readonly b: string
  /** Also compare Kubernetes objects, if both are bundles: runs the helm that B carries. */
  readonly objects: boolean
}

/**
 * Says in what B differs from A. Objects that cannot be compared are a note, not an error.
 * @throws SealiftError LOCK_INVALID, SPEC_INVALID, BUNDLE_MALFORMED, BUNDLE_DAMAGED, FILE_FAILED, DISK_FULL, INTERRUPTED
 */
export async function diff({ a, b, objects }: DiffRequest, host: DiffHost, talk: Talk): Promise<Diff> {
  return withSide(a, host, first =>
    withSide(b, host, async second => {
      const found = lockDiff(first.lock, second.lock)
      const [was, is] = [first.bundle?.digest, second.bundle?.digest]
      const otherBundle = was !== undefined && is !== undefined && was !== is
      return {
        same: found.changes.length === 0 && !otherBundle,
        a: first.side,
        b: second.side,
        ...found,
        ...(await compareObjects(first, second, objects, host, talk)),
      }
    }),
  )
}

async function compareObjects(
  { bundle: a }: Opened,
  { bundle: b }: Opened,
  wanted: boolean,
  host: DiffHost,
  { reporter, signal }: Talk,
): Promise<Pick<Diff, 'objects' | 'note'>> {
  if (!wanted) return { note: 'Kubernetes objects were not compared' }
  if (a === undefined || b === undefined)
    return { note: 'Kubernetes objects are compared between two bundles only' }
  const step = reporter.step('Compare Kubernetes objects')
  try {
    const objects = await changedObjects(a, b, host, signal)
    step.done(`${objects.length} differ`)
    return { objects }
  } catch (error) {
    step.fail()
    const known =
      error instanceof SealiftError && ['BUNDLE_WRONG_PLATFORM', 'RENDER_FAILED'].includes(error.code)
    if (!known || signal.aborted) throw error
    return { note: `Kubernetes objects could not be compared: ${error.message}` }
  }
}

interface Opened {
  readonly side: DiffSide
  readonly lock: BundleLock
  readonly bundle?: Bundle
}

async function withSide<T>(
  path: string,
  { files }: DiffHost,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const lockSide = (kind: 'folder' | 'lock', lock: BundleLock): Opened => ({
    side: { path, kind, ...lock.metadata },
    lock,
  })
  if (/\.ya?ml$/.test(path)) return work(lockSide('lock', parseLock(await files.readText(path), path)))
  const titles = [specTitle, lockTitle]
  const folder = (await Promise.all(titles.map(title => files.exists(`${path}/${title}`)))).includes(true)
  if (folder) return work(lockSide('folder', await readLock(path, files)))
  const source = await files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    const { lock, digest } = bundle
    return await work({ side: { path, kind: 'bundle', ...lock.metadata, digest }, lock, bundle })
  } finally {
    await source.close()
  }
}
