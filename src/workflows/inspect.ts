import { faultsError, openBundle } from '../bundle/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { BundleSource, Files, Talk } from '../ports/index.ts'
import { readPublicKey } from '../sign/index.ts'
import { type Verdict, verifyBundle } from '../verify/index.ts'
import { signaturePath } from './sign.ts'
import { requireSigned } from './trust.ts'

/** What a bundle says it is. Blobs are not read: `verify` does that. */
export interface Inspection {
  readonly path: string
  readonly digest: Digest
  /** The file's bytes. */
  readonly size: number
  /** Whether a signature lies beside it. Who made it is what `verify --key` says. */
  readonly signature: boolean
  readonly files: readonly string[]
  readonly lock: BundleLock
}

/** Opens a bundle and says what is in it. @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED, FILE_FAILED */
export async function inspect(path: string, files: Files): Promise<Inspection> {
  const source = await files.openBundle(path)
  try {
    const { digest, size, lock, files: carried } = await openBundle(source)
    const signature = await files.exists(signaturePath(path, source))
    return { path, digest, size, signature, files: carried.map(({ title }) => title), lock }
  } finally {
    await source.close()
  }
}

/** What to verify. */
export interface VerifyRequest {
  /** Path of the bundle. */
  readonly bundle: string
  /** A platform that every image must be there for. */
  readonly platform: string | undefined
  /** Paths of public keys; one of them must have signed the bundle. None: the signature is not looked at. */
  readonly keys: readonly string[]
}

/** What was found. */
export interface Verified extends Verdict {
  /** The signature beside the bundle: by a key (its fingerprint), there but not checked, or not there. */
  readonly signature: Digest | 'unchecked' | 'absent'
}

/**
 * Reads a bundle once and reports every fault in it; with keys, checks the signature as well.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault;
 * BUNDLE_UNSIGNED, SIGNATURE_INVALID, KEY_INVALID, FILE_FAILED
 */
export async function verify(request: VerifyRequest, files: Files, talk: Talk): Promise<Verified> {
  const { bundle: path, platform } = request
  const texts = await Promise.all(request.keys.map(async key => ({ key, text: await files.readText(key) })))
  const keys = texts.map(({ key, text }) => readPublicKey(text, key))
  const source = await files.openBundle(path)
  try {
    const verdict = await verifySource(source, { path, platform }, talk)
    if (keys.length > 0) {
      const bundle = await openBundle(source)
      const { fingerprint } = await requireSigned(signaturePath(path, source), bundle, keys, files)
      return { ...verdict, signature: fingerprint }
    }
    return {
      ...verdict,
      signature: (await files.exists(signaturePath(path, source))) ? 'unchecked' : 'absent',
    }
  } finally {
    await source.close()
  }
}

/** Verifies an open bundle, and shows it as a step. @throws SealiftError as {@link verify} */
export async function verifySource(
  source: BundleSource,
  { path, platform }: { readonly path: string; readonly platform: string | undefined },
  talk: Talk,
): Promise<Verdict> {
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
  }
}
