import { type AbsentLayer, openBundle } from '../bundle/index.ts'
import type { BundleLock } from '../lock/index.ts'
import type { Digest } from '../oci/index.ts'
import type { Files } from '../ports/index.ts'
import { signaturePath } from './parts/signature.ts'

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
