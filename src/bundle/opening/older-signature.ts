import type { Digest } from '../../kernel/oci/index.ts'
import type { Files, Talk } from '../../kernel/ports/index.ts'

/** Warns of a signature that lay beside a bundle before it was made, and may be another one's. */
export async function tellOlderSignature(
  path: string,
  digest: Digest,
  files: Files,
  { reporter }: Talk,
): Promise<void> {
  if (await files.exists(`${path}.sig`))
    reporter.warn(`${path}.sig lay there before: it is right only if it was made for ${digest}; sign again`)
}
