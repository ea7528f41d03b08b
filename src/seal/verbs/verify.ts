import * as z from 'zod'
import { baseMissing, openBundle, signaturePath } from '../../bundle/layout/index.ts'
import { readPublicKeys, requireSigned, verifySource } from '../../bundle/opening/index.ts'
import type { PublicKey } from '../../bundle/sign/index.ts'
import { type Verdict, verdict } from '../../bundle/verify/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type Digest, digestShape } from '../../kernel/oci/index.ts'
import type { BundleSource, Files, Talk } from '../../kernel/ports/index.ts'

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
export const verified = verdict.extend({
  /** The signature beside the bundle: by a key (its fingerprint), there but not checked, or not there. */
  signature: z.union([digestShape, z.enum(['unchecked', 'absent'])]),
})
export type Verified = z.infer<typeof verified>

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
    const signature = await signatureOf(source, verdict.digest, keys, files)
    if (verdict.missing.length > 0) throw withoutBase(verdict, bases)
    return { ...verdict, signature }
  } finally {
    await source.close()
  }
}

async function signatureOf(
  source: BundleSource,
  digest: Digest | undefined,
  keys: readonly PublicKey[],
  files: Files,
): Promise<Verified['signature']> {
  const file = signaturePath(source)
  if (keys.length === 0) return (await files.exists(file)) ? 'unchecked' : 'absent'
  const bundle = await openBundle(source)
  if (bundle.digest !== digest)
    throw new SealiftError('BUNDLE_DAMAGED', `${source.path} has changed while it was read`)
  return (await requireSigned(file, bundle, keys, files)).fingerprint
}

function withoutBase({ missing }: Verdict, bases: readonly string[]): SealiftError {
  const [where, hint] =
    bases.length > 0
      ? ['in the given bases', 'name every older bundle that it builds on, with --base for each']
      : ['here', 'name the older bundle that it builds on, with --base']
  return baseMissing(missing, where, [hint, 'what is in the delta is sound'])
}
