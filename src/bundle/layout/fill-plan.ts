import type { Digest } from '../../kernel/oci/index.ts'

/** Bytes at hand, and where in the file they go. */
export interface Piece {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** A blob to be fetched, and where in the file it goes. Sizes and offsets in bytes. */
export interface WantedBlob {
  readonly digest: Digest
  readonly size: number
  readonly offset: number
}

/** A file known before its first byte is moved; what neither list covers is zeros. */
export interface FillPlan {
  readonly size: number
  /** Bytes of each volume, where the file is cut into several. */
  readonly volumeSize?: number
  readonly pieces: readonly Piece[]
  readonly wanted: readonly WantedBlob[]
}
