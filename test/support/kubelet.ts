/** As much of a kubelet as an API server without nodes needs to give logs; what they hold says the test. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Cluster, kinds } from '../../src/kernel/ports/index.ts'
import { selfSigned } from './certificate.ts'

/** A kubelet that runs on loopback as node `node-1`. */
export interface LogKubelet {
  /** Requests for logs, in order: `/containerLogs/NAMESPACE/POD/CONTAINER` and what was asked of it. */
  readonly asked: URL[]
  stop(): Promise<void>
}

/** Starts it, and tells the cluster of its node; `logOf` gives the whole log that a request is about, with times. */
export async function startKubelet(cluster: Cluster, logOf: (request: URL) => string): Promise<LogKubelet> {
  const asked: URL[] = []
  const server = createServer(selfSigned('kubelet', ['node-1']), (request, response) => {
    const url = new URL(request.url ?? '/', 'https://kubelet')
    asked.push(url)
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.end(logOf(url).slice(0, Number(url.searchParams.get('limitBytes') ?? Number.MAX_SAFE_INTEGER)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await cluster.create({
    ...kinds.node,
    metadata: { name: 'node-1' },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
    },
  })
  const stop = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return { asked, stop }
}
