import type { Agent, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

// A layer goes through Node's HTTP parser and streams in pieces of 64 KiB, each a new buffer and several turns of
// promises: half of all the time of a build. Once the head of an answer says how long its body is, nothing is left to
// parse. So the socket reads into a buffer of ours (net's `onread`); up to the end of the head its bytes are passed on
// to the parser, and from there on they are the body's, and are taken as they are.

// Bytes: of one read; of what may wait for its reader before reading stops; of the smallest body that is tapped, for a
// connection is worth more than what its parser costs for less.
const readSize = 64 * 1024
const room = 512 * 1024
const smallest = 4 * 1024 * 1024

/** Who takes what a socket reads; false stops it reading. */
interface Tap {
  take?: (chunk: Buffer) => boolean
}

const taps = new WeakMap<object, Tap>()

/** Makes an agent's connections fit for {@link tapBody}. Not for those that go through a proxy. */
export function withTaps<Kind extends Agent>(agent: Kind): Kind {
  const connect = agent.createConnection
  agent.createConnection = (options, callback) => {
    const tap: Tap = {}
    const own = Buffer.allocUnsafeSlow(readSize)
    const onread = {
      // What the parser gets it may keep.
      buffer: () => (tap.take ? own : Buffer.allocUnsafeSlow(readSize)),
      callback(bytes: number, buffer: Uint8Array) {
        const chunk = buffer.subarray(0, bytes) as Buffer
        return tap.take ? tap.take(chunk) : socket?.emit('data', chunk) !== undefined
      },
    }
    const socket = connect.call(agent, { ...options, onread } as typeof options, callback)
    if (socket) taps.set(socket, tap)
    return socket
  }
  return agent
}

/**
 * The body of an answer straight from its socket, if it is long, of a known length and comes by a connection of an
 * agent {@link withTaps}; else `undefined`. To be called while the answer is told of. A chunk is good until the next
 * one is asked for. The connection serves no second request. Throws what broke the connection when it ends early.
 */
export function tapBody(response: IncomingMessage): AsyncGenerator<Buffer, void, undefined> | undefined {
  const { socket, headers, statusCode = 0 } = response
  const tap = taps.get(socket)
  const length = Number(headers['content-length'])
  // Other answers may have no body, whatever their head says.
  const whole = (statusCode === 200 || statusCode === 206) && headers['transfer-encoding'] === undefined
  if (!tap || !whole || !(length >= smallest)) return undefined
  const inflow = createInflow(socket)
  tap.take = inflow.take
  // That its body never ends for the parser is no news; what else breaks it is told below.
  response.on('error', () => {})
  return bodyOf(response, length, inflow)
}

interface Inflow {
  take(chunk: Buffer): boolean
  /** What has come since the last call; nothing when no more will come. */
  next(): Promise<Buffer | undefined>
}

/** Gathers what a socket reads in one buffer while what was gathered before is used out of another. */
function createInflow(socket: Socket): Inflow {
  let [filling, using] = [Buffer.allocUnsafeSlow(room), Buffer.allocUnsafeSlow(room)]
  let filled = 0
  let wake: (() => void) | undefined
  let rousing = false
  const rouse = () => {
    rousing = false
    wake?.()
  }
  socket.once('close', rouse)
  return {
    take(chunk) {
      // TLS goes on for a few records after it was told to stop.
      if (filled + chunk.length > filling.length)
        filling = Buffer.concat([filling.subarray(0, filled)], filling.length + room)
      filling.set(chunk, filled)
      filled += chunk.length
      // After all the reads of this turn, so that the reader gets much at once.
      if (!rousing) setImmediate(rouse)
      rousing = true
      return filled + readSize <= room
    },
    async next() {
      while (filled === 0) {
        if (socket.destroyed) return undefined
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
      const chunk = filling.subarray(0, filled)
      ;[filling, using] = [using, filling]
      filled = 0
      socket.resume()
      return chunk
    },
  }
}

async function* bodyOf(
  response: IncomingMessage,
  length: number,
  inflow: Inflow,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    // What came with the head went through the parser.
    let chunk: Buffer | undefined = response.read() ?? (await inflow.next())
    for (let left = length; chunk; chunk = await inflow.next()) {
      yield chunk.subarray(0, left)
      left -= chunk.length
      if (left <= 0) return
    }
    throw response.errored ?? Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' })
  } finally {
    response.destroy()
  }
}
