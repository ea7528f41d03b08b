import { createServer, type Socket } from 'node:net'
import type { Cluster, Forward } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'
import { failed } from './faults.ts'
import { mayConnect } from './may.ts'
import { type Backend, backend, type ServicePort } from './service.ts'
import { openTunnel, type Tunnel } from './tunnel.ts'

/**
 * Listens on a loopback port; each connection gets its own port-forward to a ready pod of the service. When the
 * pod is gone (a rollout), the next connection looks for another. A connection that cannot be had is closed.
 */
export async function forwardService(
  api: Api,
  cluster: Pick<Cluster, 'get' | 'list'>,
  wanted: ServicePort,
): Promise<Forward> {
  let target = await backend(cluster, wanted)
  if ('host' in target) return { ...target, close: async () => {} }
  await mayConnect(api, wanted.namespace, 'portforward')
  const connection = await api.connection()
  const sockets = new Set<Socket>()

  const tunnel = (to: Backend, socket: Socket): Promise<Tunnel> => {
    if ('host' in to)
      throw failed(`service ${wanted.namespace}/${wanted.service} has moved out of the cluster`)
    return openTunnel(connection.config, { namespace: wanted.namespace, ...to }, socket)
  }
  const serve = async (socket: Socket) => {
    const open = await tunnel(target, socket).catch(async () => {
      target = await backend(cluster, wanted)
      return tunnel(target, socket)
    })
    socket.once('close', () => open.close())
    if (socket.destroyed) open.close()
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, socket => {
    sockets.add(socket)
    // A client that goes away is no news to anybody.
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    serve(socket).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  // A forward that nobody closed must not keep the process alive.
  server.unref()
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    host: '127.0.0.1',
    port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
      })
    },
  }
}
