import { type AbsentLayer, baseMissing, faultsError, openBundle } from '../bundle/index.ts'
import type { SealiftError } from '../errors/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { BundleSource, Files, Talk } from '../ports/index.ts'
import type { PublicKey } from '../sign/index.ts'
import { type Verdict, verifyBundle } from '../verify/index.ts'
import { withBundles } from './bases.ts'
import { asStep } from './parts/as-step.ts'
import { signaturePath } from './sign.ts'
import { readPublicKeys, requireSigned } from './trust.ts'

/** What a bundle says it is. Blobs are not read: `verify` does that. */
export interface Inspection {
  readonly path: string
  readonly digest: Digest
  /** The file's bytes. */
  readonly size: number
  /** Whether a signature lies beside it. Who made it is what `verify --key` says. */
  readonly signature: boolean
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
    const signature = await files.exists(signaturePath(source))
    return { path, digest, size, signature, files: carried.map(({ title }) => title), absent, lock }
  } finally {
    await source.close()
  }
}

/** What to verify. */
export interface VerifyRequest {
  /** Path of the bundle. */
  readonly bundle: string
  /** A platform that every image must be there for. */
  readonly platform?: string | undefined
  /** Paths of older bundles that have what a delta leaves out. */
  readonly bases?: readonly string[]
  /** Paths of public keys; one of them must have signed the bundle. None: the signature is not looked at. */
  readonly keys?: readonly string[]
}

/** What was found. */
export interface Verified extends Verdict {
  /** The signature beside the bundle: by a key (its fingerprint), there but not checked, or not there. */
  readonly signature: Digest | 'unchecked' | 'absent'
}

/**
 * Reads a bundle once and reports every fault in it, a delta with its bases; with keys, checks the signature as well.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault; BUNDLE_UNSIGNED,
 * SIGNATURE_INVALID, KEY_INVALID, FILE_FAILED; BASE_MISSING when all is sound but layers are in none of the bases
 */
export async function verify(request: VerifyRequest, files: Files, talk: Talk): Promise<Verified> {
  const { bundle: path, platform, bases = [] } = request
  const keys = await readPublicKeys(request.keys ?? [], files)
  const source = await files.openBundle(path)
  try {
    const verdict = await verifySource(source, { path, platform, bases }, files, talk)
    const signature = await signatureOf(source, keys, files)
    if (verdict.missing.length > 0) throw withoutBase(verdict, bases)
    return { ...verdict, signature }
  } finally {
    await source.close()
  }
}

async function signatureOf(
  source: BundleSource,
  keys: readonly PublicKey[],
  files: Files,
): Promise<Verified['signature']> {
  const file = signaturePath(source)
  if (keys.length === 0) return (await files.exists(file)) ? 'unchecked' : 'absent'
  return (await requireSigned(file, await openBundle(source), keys, files)).fingerprint
}

function withoutBase({ missing }: Verdict, bases: readonly string[]): SealiftError {
  const [where, hint] =
    bases.length > 0
      ? ['in the given bases', 'name every older bundle that it builds on, with --base for each']
      : ['here', 'name the older bundle that it builds on, with --base']
  return baseMissing(missing, where, [hint, 'what is in the delta is sound'])
}

/**
 * Verifies an open bundle, and shows it as a step; what is missing of a delta is only told: a site may have it.
 * @throws SealiftError BUNDLE_MALFORMED, BUNDLE_DAMAGED or BUNDLE_WRONG_PLATFORM with every fault, FILE_FAILED
 */
export async function verifySource(
  source: BundleSource,
  { path, platform, bases = [] }: Pick<VerifyRequest, 'platform' | 'bases'> & { readonly path: string },
  files: Files,
  talk: Talk,
): Promise<Verdict> {
  const { reporter, signal, progressOn } = talk
  const whole = async (say: (detail: string) => void) => {
    const verdict = await withBundles(bases, files, opened =>
      verifyBundle(source, {
        onProgress: progressOn({ update: say }),
        signal,
        bases: opened,
        ...(platform ? { platform } : {}),
      }),
    )
    if (verdict.faults.length > 0) throw faultsError(verdict.faults)
    return verdict
  }
  return asStep(reporter, `Verify ${path}`, whole, ({ images, charts, absent }) => {
    const delta = absent.length > 0 ? `, a delta without ${absent.length} layers` : ''
    return `${images.length} images, ${charts.length} charts${delta}`
  })
}
