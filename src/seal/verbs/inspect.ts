import * as z from 'zod'
import { absentLayer, openBundle, signaturePath } from '../../bundle/layout/index.ts'
import { bundleLock } from '../../bundle/lock/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import type { Files } from '../../kernel/ports/index.ts'

/** What a bundle says it is. Blobs are not read: `verify` does that. */
export const inspection = z.strictObject({
  path: z.string(),
  digest: digestShape,
  /** The file's bytes. */
  size: z.number(),
  /** Whether a signature lies beside it. Who made it is what `verify --key` says. */
  signature: z.boolean(),
  files: z.array(z.string()),
  /** The layers that a delta leaves out; none in a full bundle. */
  absent: z.array(absentLayer).readonly(),
  lock: bundleLock,
})
type Inspection = z.infer<typeof inspection>

/** What `sealift images --json` says. */
export const imagesOutput = bundleLock.pick({ images: true, suspects: true })
export type ImagesOutput = z.infer<typeof imagesOutput>

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
