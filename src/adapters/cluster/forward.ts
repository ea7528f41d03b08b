import { createServer, type Socket } from 'node:net'
import { fieldsOf } from '../../kernel/objects/index.ts'
import type { Cluster, Forward } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'
import { denied, failed } from './faults.ts'
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
  await mayForward(api, wanted.namespace)
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

/**
 * A refused port-forward shows only as a closed connection, so ask before. A websocket is a GET, and newer servers
 * (1.35) want the right to create as well.
 */
async function mayForward(api: Api, namespace: string): Promise<void> {
  for (const verb of ['get', 'create']) {
    const resourceAttributes = { namespace, verb, resource: 'pods', subresource: 'portforward' }
    const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' }
    const { status } = await api.json({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      verb: 'create',
      resource: 'selfsubjectaccessreviews',
      body: { ...kind, spec: { resourceAttributes } },
    })
    if (fieldsOf(status)['allowed'] !== true) throw denied({ verb, resource: 'pods/portforward', namespace })
  }
}
