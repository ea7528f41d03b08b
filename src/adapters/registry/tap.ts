import type { Agent, IncomingMessage } from 'node:http'
import { createInflow, type Inflow } from './inflow.ts'

// A layer goes through Node's HTTP parser and streams in pieces of 64 KiB, each a new buffer and several turns of
// promises: half of all the time of a build. Once the head of an answer says how long its body is, nothing is left to
// parse. So the socket reads into buffers of ours (net's `onread`); up to the end of the head its bytes are passed on
// to the parser, and from there on they are the body's, and lie where whoever hashes them can take them as they are.

// Bytes: of one read up to the head; of the smallest body that is tapped, for a connection is worth more than what its
// parser costs for less.
const headSize = 64 * 1024
const smallest = 4 * 1024 * 1024

/** Who takes what a socket reads, and says where to; buffers that no body has use for. */
interface Tap {
  inflow?: Inflow
  readonly spare: Buffer[]
}

const taps = new WeakMap<object, Tap>()

/**
 * Makes an agent's connections fit for {@link tapBody}; `spare`, empty at first, is that of all agents whose bodies share
 * buffers. Not for those that go through a proxy.
 */
export function withTaps<Kind extends Agent>(agent: Kind, spare: Buffer[]): Kind {
  const connect = agent.createConnection
  agent.createConnection = (options, callback) => {
    const tap: Tap = { spare }
    const onread = {
      // What the parser gets it may keep.
      buffer: () => tap.inflow?.room() ?? Buffer.allocUnsafeSlow(headSize),
      callback(bytes: number, buffer: Uint8Array) {
        if (tap.inflow) return tap.inflow.take(bytes, buffer)
        return socket?.emit('data', buffer.subarray(0, bytes)) !== undefined
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
 * one is asked for or the reader stops, and all but the first lie in shared memory. The connection serves no second request. Throws what
 * broke the connection when it ends early.
 */
export function tapBody(response: IncomingMessage): AsyncGenerator<Buffer, void, undefined> | undefined {
  const { socket, headers, statusCode = 0 } = response
  const tap = taps.get(socket)
  const length = Number(headers['content-length'])
  // Other answers may have no body, whatever their head says.
  const whole = (statusCode === 200 || statusCode === 206) && headers['transfer-encoding'] === undefined
  if (!tap || !whole || !(length >= smallest)) return undefined
  tap.inflow = createInflow(socket, tap.spare)
  // That its body never ends for the parser is no news; what else breaks it is told below.
  response.on('error', () => {})
  return bodyOf(response, length, tap.inflow)
}

async function* bodyOf(
  response: IncomingMessage,
  length: number,
  inflow: Inflow,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    // What came with the head went through the parser.
    let chunk: Buffer | undefined = response.read() ?? (await inflow.next(length))
    for (let left = length; chunk; chunk = await inflow.next(left)) {
      yield chunk.subarray(0, left)
      left -= chunk.length
      if (left <= 0) return
    }
    throw response.errored ?? Object.assign(new Error('the connection ended early'), { code: 'ECONNRESET' })
  } finally {
    // Its socket reads no more from here on.
    response.destroy()
    inflow.end()
  }
}
