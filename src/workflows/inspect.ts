import { faultsError, openBundle } from '../bundle/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Files, Talk } from '../ports/index.ts'
import { type Verdict, verifyBundle } from '../verify/index.ts'

/** What a bundle says it is. Blobs are not read: `verify` does that. */
export interface Inspection {
  readonly path: string
  readonly digest: Digest
  /** The file's bytes. */
  readonly size: number
  readonly files: readonly string[]
  readonly lock: BundleLock
}

/** Opens a bundle and says what is in it. @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED, FILE_FAILED */
export async function inspect(path: string, files: Files): Promise<Inspection> {
  const source = await files.openBundle(path)
  try {
    const { digest, size, lock, files: carried } = await openBundle(source)
    return { path, digest, size, files: carried.map(({ title }) => title), lock }
  } finally {
    await source.close()
  }
}

/**
 * Reads a bundle once and reports every fault in it.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault, FILE_FAILED
 */
export async function verify(
  path: string,
  platform: string | undefined,
  files: Files,
  talk: Talk,
): Promise<Verdict> {
  const source = await files.openBundle(path)
  const step = talk.reporter.step(`Verify ${path}`)
  try {
    const onProgress = talk.progressOn(step)
    const verdict = await verifyBundle(source, {
      onProgress,
      signal: talk.signal,
      ...(platform ? { platform } : {}),
    })
    if (verdict.faults.length > 0) throw faultsError(verdict.faults)
    step.done(`${verdict.images.length} images, ${verdict.charts.length} charts`)
    return verdict
  } catch (error) {
    step.fail()
    throw error
  } finally {
    await source.close()
  }
}
