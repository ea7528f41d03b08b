/**
 * A thread that hashes bytes and writes them at their places, so that the main thread only receives. Takes
 * {@link Order}s in the order they are sent and answers each. Started by hashing-threads.ts.
 */
import { createHash, type Hash } from 'node:crypto'
import { readSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Answer, Order } from './hashing-threads.ts'

const hashes = new Map<number, Hash>()
const chunk = Buffer.allocUnsafeSlow(1024 * 1024)

function carryOut({ lane, parts, bytes, end }: Order): string | undefined {
  const hash = hashes.get(lane) ?? createHash('sha256')
  hashes.set(lane, hash)
  if (bytes !== undefined) hash.update(bytes)
  for (const { fd, at, from, length } of parts) {
    for (let done = 0; done < length; ) {
      if (bytes === undefined) {
        const read = readSync(fd, chunk, 0, Math.min(chunk.length, length - done), at + done)
        if (read === 0) throw new Error(`it ends after ${at + done} bytes`)
        hash.update(chunk.subarray(0, read))
        done += read
      } else done += writeSync(fd, bytes, from + done, length - done, at + done)
    }
  }
  if (!end) return undefined
  hashes.delete(lane)
  return hash.digest('hex')
}

parentPort?.on('message', (order: Order) => {
  const answer = (result: Answer) => parentPort?.postMessage(result)
  try {
    const digest = carryOut(order)
    answer({ id: order.id, ...(digest ? { digest } : {}) })
  } catch (error) {
    // Of an error only its texts cross over to another thread.
    const { message, code } = error as NodeJS.ErrnoException
    answer({ id: order.id, error: { message, ...(code ? { code } : {}) } })
  }
})
