import type { Socket } from 'node:net'
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'

/** One port-forward in use. */
export interface Tunnel {
  close(): void
}

/** Names a port of a pod. */
interface PodPort {
  readonly namespace: string
  readonly pod: string
  readonly port: number
}

const connectTimeout = 15_000
const portNumberBytes = 2
// The protocol has no half-close: after the client's end, the pod may still answer for this long without a byte.
const lingering = 2000

/**
 * Joins a local socket and a pod's port by kubelet's port-forward over a websocket (v4.channel.k8s.io: channel 0
 * is data, channel 1 errors; the first message of each carries the port number). Bytes wait at the side that is
 * slower, in both directions. Not client-node's PortForward, which queues without a bound.
 */
export async function openTunnel(config: KubeConfig, to: PodPort, socket: Socket): Promise<Tunnel> {
  const { WebSocketHandler } = await import('@kubernetes/client-node/dist/web-socket-handler.js')
  const names = [to.namespace, to.pod].map(encodeURIComponent)
  const path = `/api/v1/namespaces/${names[0]}/pods/${names[1]}/portforward?ports=${to.port}`
  const seen = new Set<number>()
  let clientEnded: NodeJS.Timeout | undefined

  const receive = (channel: number, message: Buffer): boolean => {
    const bytes = seen.has(channel) ? message : message.subarray(portNumberBytes)
    seen.add(channel)
    if (bytes.length === 0) return true
    if (channel !== 0) {
      // The pod refused the connection, or is gone.
      socket.destroy()
      return false
    }
    clientEnded?.refresh()
    if (!socket.writableEnded && !socket.write(bytes)) {
      websocket?.pause()
      socket.once('drain', () => websocket?.resume())
    }
    return true
  }
  const connecting = new WebSocketHandler(config).connect(path, null, receive)
  let websocket: Awaited<typeof connecting> | undefined
  websocket = await within(connectTimeout, connecting, late => late.terminate())
  const open = websocket

  open.on('close', () => socket.destroySoon())
  open.on('error', () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    if (open.readyState !== open.OPEN) return
    socket.pause()
    open.send(Buffer.concat([Buffer.of(0), bytes]), error => (error ? socket.destroy() : socket.resume()))
  })
  socket.once('end', () => {
    clientEnded = setTimeout(() => open.close(), lingering)
  })
  if (open.readyState !== open.OPEN) socket.destroySoon()
  socket.resume()
  return {
    close() {
      clearTimeout(clientEnded)
      open.terminate()
    },
  }
}

/** The result, or a rejection when it takes longer; a result that comes too late is handed to `discard`. */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  discard: (late: T) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let expired = false
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      expired = true
      reject(new Error('no answer'))
    }, milliseconds)
  })
  promise.then(
    value => expired && discard(value),
    () => {},
  )
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
