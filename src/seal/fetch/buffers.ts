/** A fixed number of equal buffers: the whole budget of bytes in flight. */
export interface BufferPool {
  /** The next free buffer, waiting for one if all are in use. */
  take(): Promise<Buffer>
  give(buffer: Buffer): void
}

/** A pool of `count` buffers, each made when first needed. */
export function bufferPool(count: number, make: () => Buffer): BufferPool {
  const free: Buffer[] = []
  const waiting: ((buffer: Buffer) => void)[] = []
  let made = 0
  return {
    async take() {
      const buffer = free.pop()
      if (buffer !== undefined) return buffer
      if (made < count) {
        made++
        return make()
      }
      return new Promise(resolve => waiting.push(resolve))
    },
    give(buffer) {
      const next = waiting.shift()
      if (next === undefined) free.push(buffer)
      else next(buffer)
    },
  }
}
