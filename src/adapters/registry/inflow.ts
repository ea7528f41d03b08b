import type { Socket } from 'node:net'

// Bytes: of one buffer; of the least read that one is still good for.
const slotSize = 1024 * 1024
const leastRead = 64 * 1024
// Bytes that are worth waking a reader for, and milliseconds after which fewer are. A slow link brings a few KB at a time:
// hashed and written each for itself, they took half as much processor time again.
const enough = 256 * 1024
const patience = 50

/** A buffer: `filled` bytes have been read into it, of which the first `given` were given to the reader. */
interface Slot {
  readonly bytes: Buffer
  filled: number
  given: number
}

/** What a socket reads, until its reader takes it. */
export interface Inflow {
  /** Where the socket reads to next. */
  room(): Buffer
  /** Takes what it has read; false stops it reading. */
  take(bytes: number, into: Uint8Array): boolean
  /**
   * What has come since the last call, once it is enough, or all of the `left` bytes, or after a while anything; nothing
   * when no more will come.
   */
  next(left: number): Promise<Buffer | undefined>
  /**
   * Leaves the buffers to the next body: nothing more is wanted, and nothing more comes. Never thrown away: V8 does not
   * count shared memory, and a thousand connections that broke took a gigabyte of it.
   */
  end(): void
}

/** Lets a socket read into one buffer while what was read before is used out of others; they are taken out of `spare`. */
export function createInflow(socket: Socket, spare: Buffer[]): Inflow {
  const newSlot = (): Slot => {
    const bytes = spare.pop() ?? Buffer.from(new SharedArrayBuffer(slotSize))
    return { bytes, filled: 0, given: 0 }
  }
  let filling = newSlot()
  const full: Slot[] = []
  let using: Slot | undefined
  let wake: (() => void) | undefined
  let rousing = false
  let wanted = enough
  const rouse = () => {
    rousing = false
    wake?.()
  }
  socket.once('close', rouse)
  /** The reader is through with what it was given. */
  const giveBack = () => {
    if (using !== undefined && using !== filling && using !== full[0]) spare.push(using.bytes)
    using = undefined
  }
  const oldest = () => full[0] ?? filling
  // A full buffer is enough, whatever is left in it: nothing comes after it until the reader asks for more.
  const unread = () => (full.length > 0 ? enough : filling.filled - filling.given)
  return {
    room: () => filling.bytes.subarray(filling.filled),
    take(bytes, into) {
      // Read before this body was known of.
      if (into.buffer !== filling.bytes.buffer) filling.bytes.set(into.subarray(0, bytes), filling.filled)
      filling.filled += bytes
      const fits = filling.bytes.length - filling.filled >= leastRead
      if (!fits) {
        full.push(filling)
        filling = newSlot()
      }
      if (!rousing && unread() >= wanted) {
        // After all the reads of this turn, so that the reader gets much at once.
        rousing = true
        setImmediate(rouse)
      }
      // The system has room for more. TLS goes on for a few records after it was told to stop.
      return fits
    },
    async next(left) {
      giveBack()
      socket.resume()
      for (wanted = Math.min(left, enough); unread() < wanted && !socket.destroyed; wanted = 1) {
        const roused = new Promise<void>(resolve => {
          wake = resolve
        })
        // The first byte after that wakes it anyway.
        const late = wanted > 1 ? setTimeout(rouse, patience) : undefined
        await roused
        clearTimeout(late)
      }
      wanted = enough
      if (unread() === 0) return undefined
      const slot = oldest()
      if (slot !== filling) full.shift()
      using = slot
      const chunk = slot.bytes.subarray(slot.given, slot.filled)
      slot.given = slot.filled
      return chunk
    },
    end() {
      giveBack()
      for (const { bytes } of [...full, filling]) spare.push(bytes)
    },
  }
}
