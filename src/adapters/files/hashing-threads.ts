import { extname, join } from 'node:path'
import { getAsset, isSea } from 'node:sea'
import { Worker } from 'node:worker_threads'
import type { Hashing, Part } from './lanes.ts'

/** What a hashing thread is told: hash these bytes and write them, or read and hash what lies in these parts. */
export interface Order {
  readonly id: number
  /** Orders of one lane go into one hash. */
  readonly lane: number
  readonly parts: readonly Part[]
  readonly bytes?: Uint8Array
  /** Gives the digest and forgets the lane. */
  readonly end?: true
}

/** What it answers. */
export interface Answer {
  readonly id: number
  readonly digest?: string
  readonly error?: { readonly message: string; readonly code?: string }
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, { resolve(answer: Answer): void; reject(error: unknown): void }>
  /** Why it takes no more orders. */
  ended?: Error
}

/** Hashes in so many threads of its own, each started when first needed; a lane is always of the same one. */
export function hashingThreads(threads: number): Hashing {
  const running: Thread[] = []
  let lanes = 0
  let orders = 0
  const threadFor = (lane: number): Thread => {
    const i = lane % threads
    running[i] ??= startThread()
    return running[i]
  }
  return {
    begin: () => void threadFor(0),
    lane() {
      const lane = lanes++
      const thread = threadFor(lane)
      const send = (order: Omit<Order, 'id' | 'lane'>) =>
        new Promise<Answer>((resolve, reject) => {
          const id = orders++
          if (thread.ended !== undefined) return reject(thread.ended)
          thread.waiting.set(id, { resolve, reject })
          thread.worker.ref()
          thread.worker.postMessage({ ...order, id, lane } satisfies Order)
        })
      return {
        write: async (bytes, parts) => void (await send({ bytes, parts })),
        read: async parts => void (await send({ parts })),
        digest: async () => (await send({ parts: [], end: true })).digest ?? '',
      }
    },
    close: async () => {
      await Promise.all(running.splice(0).map(({ worker }) => worker.terminate()))
    },
  }
}

function startWorker(): Worker {
  if (isSea()) return new Worker(getAsset('hashing-worker.cjs', 'utf8'), { eval: true })
  // Beside this file, as TypeScript under test and as JavaScript once compiled.
  return new Worker(join(import.meta.dirname, `hashing-worker${extname(import.meta.filename)}`))
}

function startThread(): Thread {
  const worker = startWorker()
  const waiting: Thread['waiting'] = new Map()
  const thread: Thread = { worker, waiting }
  worker.on('message', (answer: Answer) => {
    const order = waiting.get(answer.id)
    waiting.delete(answer.id)
    // Only work under way keeps the process.
    if (waiting.size === 0) worker.unref()
    if (answer.error === undefined) order?.resolve(answer)
    else order?.reject(Object.assign(new Error(answer.error.message), answer.error))
  })
  const end = (error: Error) => {
    thread.ended ??= error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', end).on('exit', () => end(new Error('the thread that hashes has ended')))
  worker.unref()
  return thread
}
