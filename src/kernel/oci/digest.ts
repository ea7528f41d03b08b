import { createHash } from 'node:crypto'
import * as z from 'zod'

/** A content digest, always `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`

const shape = /^sha256:[0-9a-f]{64}$/

/** Whether a value is a well-formed sha256 digest. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && shape.test(value)
}

/** A digest to a schema. JSON Schema has no word for a check in code, and is told the pattern. */
export const digestShape = z
  .custom<Digest>(isDigest, 'sha256: and 64 hex digits')
  .meta({ type: 'string', pattern: shape.source })

/** The digest of bytes at hand. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The 64 hex digits of a digest: a blob's file name in an OCI layout. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length)
}
