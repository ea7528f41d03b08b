import type { BundleSink } from '../../src/kernel/ports/index.ts'

/** The digest of bytes that lie in a sink. */
export async function digestIn(sink: BundleSink, offset: number, length: number): Promise<string> {
  const blob = sink.blob(offset)
  await blob.resume(length)
  return `sha256:${await blob.digest()}`
}
