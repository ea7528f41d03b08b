import { createHash } from 'node:crypto'
import { read, write } from 'node:fs'
import { promisify } from 'node:util'
import type { Hashing, Part } from './lanes.ts'

const [readAt, writeAt] = [promisify(read), promisify(write)]

/** Bytes that are read at once. */
const readSize = 1024 * 1024

type Pair = readonly [Buffer, Buffer]

/** Hashes in the thread that asks, while the system reads and writes. */
export function hashingHere(): Hashing {
  // Garbage of a megabyte makes V8 look for more of it.
  const free: Pair[] = []
  return {
    begin() {},
    lane() {
      const hash = createHash('sha256')
      return {
        async write(bytes, parts) {
          hash.update(bytes)
          for (const { fd, at, from, length } of parts)
            for (let done = 0; done < length; )
              done += (await writeAt(fd, bytes, from + done, length - done, at + done)).bytesWritten
        },
        async read(parts) {
          const pair = free.pop() ?? [Buffer.allocUnsafeSlow(readSize), Buffer.allocUnsafeSlow(readSize)]
          try {
            for (const part of parts) for await (const bytes of readAhead(part, pair)) hash.update(bytes)
          } finally {
            free.push(pair)
          }
        },
        digest: async () => hash.digest('hex'),
      }
    },
    close: async () => {},
  }
}

/** What lies in a part of a file; the next piece is read into one buffer while another is hashed. */
async function* readAhead(
  { fd, at, length }: Part,
  [first, second]: Pair,
): AsyncGenerator<Uint8Array, void, undefined> {
  let [ahead, behind] = [first, second]
  const begin = (done: number) => readAt(fd, ahead, 0, Math.min(readSize, length - done), at + done)
  let reading = begin(0)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await reading
    if (bytesRead === 0) throw new Error(`it ends after ${at + done} bytes`)
    done += bytesRead
    ;[ahead, behind] = [behind, ahead]
    if (done < length) reading = begin(done)
    yield behind.subarray(0, bytesRead)
  }
}
