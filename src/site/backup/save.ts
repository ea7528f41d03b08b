import { createHash } from 'node:crypto'
import type { FileStream } from '../../kernel/ports/index.ts'
import type { Bytes } from '../wire/index.ts'

/**
 * Writes bytes to a file, each piece whole before the next one is asked for; gives the sha256 of all in hex, and their number.
 * A piece that is written is gone: its memory is given back, if nothing else lies in its buffer. Of those that had to wait for
 * the disk V8 takes some for lasting, and they would be kept until it marks the whole heap.
 * @throws what the bytes and the file throw, and the signal's reason
 */
export async function save(
  bytes: Bytes,
  file: Pick<FileStream, 'write'>,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  let written = 0
  for await (const some of bytes) {
    signal.throwIfAborted()
    hash.update(some)
    written += some.length
    await file.write(some)
    const { buffer, byteLength } = some
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
  }
  return { digest: hash.digest('hex'), bytes: written }
}
