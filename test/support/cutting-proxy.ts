/** A bad line to a registry: a TCP proxy on loopback that is slow, and cuts every connection after some bytes. */
import { connect, createServer, type Socket } from 'node:net'

/** A running proxy. */
export interface CuttingProxy {
  readonly url: string
  /** How many connections it has cut. */
  readonly cuts: number
  /** Leads to another server from now on; connections to the old one are cut. */
  leadTo(host: string): void
  stop(): Promise<void>
}

/** How bad the line is. */
export interface BadLine {
  /** Bytes after which the next connection is cut; asked for each. */
  readonly cutAfter: () => number
  /** Bytes that pass in a second, for each connection. */
  readonly bytesPerSecond: number
}

/** Starts a proxy to `host` (`127.0.0.1:PORT`). */
export async function startCuttingProxy(host: string, line: BadLine): Promise<CuttingProxy> {
  const open = new Set<Socket>()
  let target = host
  let cuts = 0
  const server = createServer(client => {
    const [address = '', port = ''] = target.split(':')
    const upstream = connect(Number(port), address)
    const ends = [client, upstream]
    const close = () => {
      for (const end of ends) end.destroy()
    }
    for (const end of ends) {
      open.add(end)
      end.on('error', close).on('close', () => {
        open.delete(end)
        close()
      })
    }
    client.on('data', chunk => upstream.write(chunk))
    let left = line.cutAfter()
    upstream.on('data', chunk => {
      left -= chunk.length
      client.write(chunk.subarray(0, Math.max(0, chunk.length + Math.min(0, left))))
      if (left <= 0) {
        cuts++
        client.end(() => close())
        return
      }
      upstream.pause()
      setTimeout(() => upstream.resume(), (1000 * chunk.length) / line.bytesPerSecond)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const cutAll = () => {
    for (const end of open) end.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    get cuts() {
      return cuts
    },
    leadTo(next) {
      target = next
      cutAll()
    },
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      cutAll()
      await closed
    },
  }
}
