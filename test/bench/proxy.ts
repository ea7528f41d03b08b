/** A TCP proxy of ours that is a link: of its rate and delay, or as fast as it can. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A link: bits per second, and milliseconds of a round trip. */
export interface Shape {
  readonly rate: number
  readonly delay: number
}

// A connection begins as TCP does (RFC 6928): ten segments in flight, more with every byte that arrives, until
// Linux's default for net.ipv4.tcp_rmem. Nothing is ever lost.
const firstWindow = 10 * 1448
const largestWindow = 6 * 2 ** 20
const piece = 16 * 1024

/** Gives what makes one connection's pieces arrive late, all connections sharing the rate. */
function shaper({ rate, delay }: Shape) {
  let free = 0
  const travel = (bytes: number) => {
    free = Math.max(free, performance.now()) + (bytes * 8000) / rate
    return sleep(Math.max(0, free + delay - performance.now()))
  }
  return async (from: Socket, to: Socket) => {
    let window = firstWindow
    let flying = 0
    let landed = Promise.withResolvers<void>()
    let last = Promise.resolve()
    const land = async (bytes: Buffer, before: Promise<void>) => {
      await Promise.all([before, travel(bytes.length)])
      if (!to.destroyed && !to.write(bytes))
        await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {})
      flying -= bytes.length
      window = Math.min(largestWindow, window + bytes.length)
      landed.resolve()
      landed = Promise.withResolvers()
    }
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += piece) {
        const bytes = chunk.subarray(at, at + piece)
        while (flying > 0 && flying + bytes.length > window) await landed.promise
        flying += bytes.length
        last = land(bytes, last)
      }
    }
    await last
    to.end()
  }
}

/** Starts a proxy to `target` at a free port of an address of this machine; a `shape` holds for what comes from the target. */
export async function startProxy(
  target: string,
  address: string,
  shape?: Shape,
): Promise<{ host: string; stop(): Promise<void> }> {
  const [host = '', port = ''] = target.split(':')
  const sockets = new Set<Socket>()
  const back = shape && shaper(shape)
  const serve = async (client: Socket) => {
    // The round trip that opens a connection.
    if (shape) await sleep(shape.delay)
    const server = connect({ host, port: Number(port), noDelay: true })
    const both = [client, server]
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        for (const one of both) one.destroy()
      })
    }
    client.pipe(server)
    if (back) await back(server, client)
    else server.pipe(client)
  }
  const proxy = createServer({ noDelay: true }, client => {
    serve(client).catch(() => client.destroy())
  })
  proxy.listen(0, address)
  await once(proxy, 'listening')
  const bound = proxy.address()
  return {
    host: `${address}:${typeof bound === 'object' && bound ? bound.port : 0}`,
    async stop() {
      const closed = once(proxy, 'close')
      proxy.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
