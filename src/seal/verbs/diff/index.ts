import {
  type Locked,
  readPublicKeys,
  requireSignedBundle,
  withLocked,
} from '../../../bundle/opening/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { asStep, type Talk } from '../../../kernel/ports/index.ts'
import { type Diff, type DiffSide, lockDiff } from '../../diff/index.ts'
import { changedObjects, type DiffHost } from './objects.ts'

export type { DiffHost } from './objects.ts'

/** What to compare: each a folder with bundle.yaml and its lock, a lock, or a bundle. */
export interface DiffRequest {
  readonly a: string
  readonly b: string
  /** Compare Kubernetes objects of two bundles although nobody answers for B, whose helm is run. */
  readonly objects: boolean
  /** Paths of public keys, one of which must have signed B; then its helm is run. */
  readonly keys: readonly string[]
}

/**
 * Says in what B differs from A. Objects that cannot be compared are a note, not an error.
 * @throws SealiftError LOCK_INVALID, SPEC_INVALID, BUNDLE_MALFORMED, BUNDLE_DAMAGED, FILE_FAILED, DISK_FULL, INTERRUPTED
 */
export async function diff(request: DiffRequest, host: DiffHost, talk: Talk): Promise<Diff> {
  const { a, b, keys } = request
  const trusted = await readPublicKeys(keys, host.files)
  return withLocked(a, host.files, first =>
    withLocked(b, host.files, async second => {
      if (keys.length > 0) await requireSignedBundle(second, trusted, host.files)
      const objects = request.objects || keys.length > 0
      const found = lockDiff(first.lock, second.lock)
      const [was, is] = [first.bundle?.digest, second.bundle?.digest]
      const otherBundle = was !== undefined && is !== undefined && was !== is
      return {
        same: found.changes.length === 0 && !otherBundle,
        a: sideOf(first),
        b: sideOf(second),
        ...found,
        ...(await compareObjects(first, second, objects, host, talk)),
      }
    }),
  )
}

async function compareObjects(
  { bundle: a }: Locked,
  { bundle: b }: Locked,
  wanted: boolean,
  host: DiffHost,
  { reporter, signal }: Talk,
): Promise<Pick<Diff, 'objects' | 'note'>> {
  if (a === undefined || b === undefined)
    return { note: 'Kubernetes objects are compared between two bundles only' }
  if (!wanted)
    return {
      note: 'Kubernetes objects were not compared, since that runs the helm in B: name who signed it with --key, or say --objects',
    }
  const compare = () => changedObjects(a, b, host, signal)
  try {
    const title = 'Compare Kubernetes objects'
    return { objects: await asStep(reporter, title, compare, all => `${all.length} differ`) }
  } catch (error) {
    const known =
      error instanceof SealiftError && ['BUNDLE_WRONG_PLATFORM', 'RENDER_FAILED'].includes(error.code)
    if (!known || signal.aborted) throw error
    return { note: `Kubernetes objects could not be compared: ${error.message}` }
  }
}

const sideOf = ({ path, kind, lock, bundle }: Locked): DiffSide => ({
  ...{ path, kind, ...lock.metadata },
  ...(bundle === undefined ? {} : { digest: bundle.digest }),
})
