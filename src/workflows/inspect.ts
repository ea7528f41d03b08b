import { type AbsentLayer, baseMissing, faultsError, openBundle } from '../bundle/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Files, Talk } from '../ports/index.ts'
import { type Verdict, verifyBundle } from '../verify/index.ts'
import { withBundles } from './bases.ts'

/** What a bundle says it is. Blobs are not read: `verify` does that. */
export interface Inspection {
  readonly path: string
  readonly digest: Digest
  /** The file's bytes. */
  readonly size: number
  readonly files: readonly string[]
  /** The layers that a delta leaves out; none in a full bundle. */
  readonly absent: readonly AbsentLayer[]
  readonly lock: BundleLock
}

/** Opens a bundle and says what is in it. @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED, FILE_FAILED */
export async function inspect(path: string, files: Files): Promise<Inspection> {
  const source = await files.openBundle(path)
  try {
    const { digest, size, lock, absent, files: carried } = await openBundle(source)
    return { path, digest, size, files: carried.map(({ title }) => title), absent, lock }
  } finally {
    await source.close()
  }
}

/** What to verify. */
export interface VerifyRequest {
  readonly path: string
  /** A platform that every image must be there for. */
  readonly platform?: string | undefined
  /** Paths of older bundles that have what a delta leaves out. */
  readonly bases?: readonly string[]
}

/**
 * Reads a bundle once and reports every fault in it; a delta with its bases.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault, BASE_MISSING when
 * all is sound but layers are in none of the bases, FILE_FAILED
 */
export async function verify(request: VerifyRequest, files: Files, talk: Talk): Promise<Verdict> {
  const verdict = await checkBundle(request, files, talk)
  if (verdict.missing.length === 0) return verdict
  const [where, hint] = request.bases?.length
    ? ['in the given bases', 'name every older bundle that it builds on, with --base for each']
    : ['here', 'name the older bundle that it builds on, with --base']
  throw baseMissing(verdict.missing, where, [hint, 'what is in the delta is sound'])
}

/**
 * {@link verify}, but what is missing of a delta is only told: a site may have it.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault, FILE_FAILED
 */
export async function checkBundle(
  { path, platform, bases = [] }: VerifyRequest,
  files: Files,
  talk: Talk,
): Promise<Verdict> {
  const source = await files.openBundle(path)
  const step = talk.reporter.step(`Verify ${path}`)
  try {
    const verdict = await withBundles(bases, files, opened =>
      verifyBundle(source, {
        onProgress: talk.progressOn(step),
        signal: talk.signal,
        bases: opened,
        ...(platform ? { platform } : {}),
      }),
    )
    if (verdict.faults.length > 0) throw faultsError(verdict.faults)
    const delta = verdict.absent.length > 0 ? `, a delta without ${verdict.absent.length} layers` : ''
    step.done(`${verdict.images.length} images, ${verdict.charts.length} charts${delta}`)
    return verdict
  } catch (error) {
    step.fail()
    throw error
  } finally {
    await source.close()
  }
}
