import { openBundle, signaturePath } from '../../bundle/layout/index.ts'
import {
  type AskPassphrase,
  openSigningKey,
  type Signed,
  writeSignature,
} from '../../bundle/opening/index.ts'
import type { Files } from '../../kernel/ports/index.ts'

/**
 * Signs a finished bundle. Its form is checked, its layers are not read: that is what verify does.
 * @throws SealiftError KEY_INVALID, FILE_FAILED, DISK_FULL, BUNDLE_MALFORMED, BUNDLE_DAMAGED
 */
export async function sign(
  bundle: string,
  keyFile: string,
  files: Files,
  ask: AskPassphrase,
): Promise<Signed> {
  const source = await files.openBundle(bundle)
  try {
    const opened = await openBundle(source)
    return await writeSignature(
      signaturePath(source),
      opened,
      await openSigningKey(keyFile, files, ask),
      files,
    )
  } finally {
    await source.close()
  }
}
