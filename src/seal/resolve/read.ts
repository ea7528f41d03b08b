import { count, SealiftError } from '../../kernel/errors/index.ts'
import { type Descriptor, digestOf, printReference, type Reference } from '../../kernel/oci/index.ts'
import type { Registry } from '../../kernel/ports/index.ts'

const mebibyte = 1024 * 1024

/** What one packed chart may weigh, in bytes. */
export const chartBytes = 64 * mebibyte
/** What a JSON document of a registry may weigh, in bytes. */
export const configBytes = 4 * mebibyte

/**
 * All bytes of a stream.
 * @param what names it in the error
 * @throws SealiftError FILE_FAILED as soon as there are more than `limit`
 */
export async function readAll(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limit) throw new SealiftError('FILE_FAILED', `${what} is larger than ${limit / mebibyte} MiB`)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

/**
 * One small blob, whole and checked. A connection that breaks off is taken up again where it broke.
 * @throws SealiftError CONTENT_MISMATCH when size or digest are not the descriptor's; FILE_FAILED over `limit`;
 *   those of {@link Registry.blob}
 */
export async function readBlob(
  registry: Registry,
  reference: Reference,
  descriptor: Descriptor,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const what = `${descriptor.digest} of ${printReference(reference)}`
  if (descriptor.size > limit)
    throw new SealiftError('FILE_FAILED', `${what} is larger than ${limit / mebibyte} MiB`)
  const parts: Uint8Array[] = []
  let size = 0
  for (let attempt = 0; attempt < 5 && size < descriptor.size; attempt++) {
    const options = { offset: size, ...(signal ? { signal } : {}) }
    for await (const chunk of registry.blob(reference, descriptor, options)) {
      size += chunk.length
      if (size > descriptor.size) break
      parts.push(chunk)
    }
  }
  const bytes = Buffer.concat(parts)
  if (size === descriptor.size && digestOf(bytes) === descriptor.digest) return bytes
  throw new SealiftError(
    'CONTENT_MISMATCH',
    `${what} is not what its registry served: ${count(size, 'byte')}, ${digestOf(bytes)}`,
    {
      hints: [
        `Expected ${count(descriptor.size, 'byte')}. Run it again; if it stays, the registry or a mirror in between is at fault.`,
      ],
    },
  )
}
