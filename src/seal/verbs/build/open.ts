import type { BlobOptions } from '../../../kernel/ports/index.ts'

/** Opens one blob, from an offset on. */
export type Open = (options: BlobOptions) => AsyncIterable<Uint8Array>
