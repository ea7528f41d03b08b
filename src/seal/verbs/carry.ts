import { type Bundle, openBundle, signaturePath } from '../../bundle/layout/index.ts'
import {
  type AskPassphrase,
  openSigningKey,
  signatureLimit,
  verifySource,
} from '../../bundle/opening/index.ts'
import { requireSignature, type SigningKey, signatureOf } from '../../bundle/sign/index.ts'
import type { BundleSource, Carrying, Files, Talk } from '../../kernel/ports/index.ts'
import { type Carried, findExecutables, requireFolder, writeCarrier } from '../carrier/index.ts'

/** What to carry, and into what. */
export interface CarryRequest {
  /** Path of the bundle. */
  readonly bundle: string
  /** The folder that travels, made when it is not there. */
  readonly folder: string
  /** Path of the private key that signed the bundle, or shall; and who is asked for its passphrase. */
  readonly key: string
  readonly ask: AskPassphrase
  /** Paths of Sealift's executables; where one is missing, Sealift's own is taken. */
  readonly executables: readonly string[]
}

/**
 * Verifies a bundle, and puts it into a folder with all that a site needs. One that nobody has signed is signed there.
 * @throws SealiftError KEY_INVALID, SIGNATURE_INVALID where another key signed the bundle, BUNDLE_MALFORMED,
 * BUNDLE_DAMAGED, USAGE for an executable of no use, DISK_FULL, FILE_FAILED, INTERRUPTED
 */
export async function carry(
  { bundle: path, folder, ask, ...request }: CarryRequest,
  hands: { readonly files: Files; readonly carrying: Carrying },
  talk: Talk,
): Promise<Carried> {
  const { files, carrying } = hands
  // Also asked before it is written: said here, it costs nobody the time in which the bundle is read.
  await requireFolder(folder, files)
  const key = await openSigningKey(request.key, files, ask)
  const source = await files.openBundle(path)
  try {
    const bundle = await openBundle(source)
    const executables = await findExecutables(bundle.lock.platforms, request.executables, carrying)
    const signature = await ownSignature(source, bundle, key, files)
    await verifySource(source, { path }, files, talk)
    const cargo = { source, bundle, signature, key, keyFile: request.key, executables }
    return await writeCarrier(folder, cargo, hands, talk)
  } finally {
    await source.close()
  }
}

/** The signature that lies beside the bundle, or one that is made now. @throws SealiftError SIGNATURE_INVALID, FILE_FAILED */
async function ownSignature(
  source: BundleSource,
  { index }: Bundle,
  key: SigningKey,
  files: Files,
): Promise<string> {
  const path = signaturePath(source)
  const text = await files.readBeside(path, signatureLimit)
  if (text === undefined) return signatureOf(index, key)
  requireSignature(index, text, [key.public], path)
  return text
}
