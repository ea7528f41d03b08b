/** A server of one long body over TCP or TLS that cuts it into pieces of chance, pauses between them, and breaks off. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { selfSigned } from '../../support/certificate.ts'

/** A whole number from 0 on, below a limit. */
export type Chance = (limit: number) => number

/** Chances that are the same for the same seed (mulberry32). */
export function chances(seed: number): Chance {
  let state = seed
  return limit => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

/** A few turns of the event loop, or milliseconds. */
export async function pause(chance: Chance): Promise<void> {
  const turns = chance(6)
  if (turns === 0) await setTimeout(chance(4))
  for (let left = turns; left > 1; left--) await setImmediate()
}

/** What is served, and how. */
export interface Choppy {
  readonly bytes: Uint8Array
  readonly seed: number
  readonly tls: boolean
  /** Most answers end before their end, some without a word and some with an error. */
  readonly breaks: boolean
  /** Bytes that are sent after the last one that was promised. */
  readonly extra: number
}

/** Starts it on loopback. Ranges are ignored now and then. */
export async function startChoppy(options: Choppy): Promise<{ host: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let answers = 0
  const accept = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    let request = ''
    socket.on('data', data => {
      request += data
      if (!request.endsWith('\r\n\r\n')) return
      void answer(socket, request, options, chances(options.seed + ++answers))
      request = ''
    })
  }
  const server = options.tls ? createTlsServer(selfSigned('choppy'), accept) : createServer(accept)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

async function answer(socket: Socket, request: string, options: Choppy, chance: Chance): Promise<void> {
  const { bytes, tls, breaks, extra } = options
  const [, from = '0'] = /range: bytes=(\d+)-/i.exec(request) ?? []
  const start = chance(3) > 0 ? Number(from) : 0
  const body = bytes.subarray(start)
  const end = breaks && chance(3) > 0 ? chance(body.length) : body.length
  const head = [
    start > 0 ? 'HTTP/1.1 206 X' : 'HTTP/1.1 200 X',
    `Content-Length: ${body.length}`,
    ...(start > 0 ? [`Content-Range: bytes ${start}-${bytes.length - 1}/${bytes.length}`] : []),
  ].join('\r\n')
  const more = Buffer.alloc(end < body.length ? 0 : extra, 255)
  const all = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body.subarray(0, end), more])
  if (tls) (socket as TLSSocket).setMaxSendFragment(512 + chance(15_000))
  const most = [2_000, 70_000, 1_500_000][chance(3)] ?? 0
  // The first piece ends within the head, or takes some of the body along.
  for (
    let at = 0, next = 1 + chance(chance(2) ? head.length : most);
    at < all.length;
    next = 1 + chance(most)
  ) {
    if (socket.destroyed) return
    if (!socket.write(all.subarray(at, at + next))) await drained(socket)
    at += next
    if (chance(most < 10_000 ? 50 : 3) === 0) await pause(chance)
  }
  if (end === body.length) return
  const how = chance(3)
  if (how === 0) socket.end()
  else if (how === 1 || tls) socket.destroy()
  else socket.resetAndDestroy()
}

function drained(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
    if (socket.destroyed) done()
  })
}
