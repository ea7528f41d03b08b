import http from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { fieldsOf } from '../../kernel/objects/index.ts'
import type { ClusterLooks, Presented } from '../../kernel/ports/index.ts'
import { createApi } from './api.ts'
import { badCredentials, failed, unreachable } from './faults.ts'
import { type Connection, connect, type KubeconfigOptions } from './kubeconfig.ts'

const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const timeout = 10_000

/** What only looks at the cluster that a kubeconfig names; nobody is asked before the first call. */
export function createLooks(options: KubeconfigOptions): ClusterLooks {
  const api = createApi(() => connect(options), options.onSilence)
  return {
    async may({ verb, group, resource: whole, namespace, name }) {
      const [resource = '', subresource] = whole.split('/')
      const resourceAttributes = { verb, group, resource, subresource, namespace, name }
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      }
      const call = {
        method: 'POST',
        path: reviews,
        verb: 'create',
        resource: 'selfsubjectaccessreviews',
      } as const
      const { allowed } = fieldsOf((await api.json({ ...call, body }))['status'])
      if (typeof allowed !== 'boolean') throw failed('the cluster does not say what is allowed')
      return allowed
    },
    async kubelet(node, page) {
      const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/${page}`
      return await api.json({ method: 'GET', path, verb: 'get', resource: 'nodes/proxy', name: node })
    },
    presented: async () => await presented(await api.connection()),
    async clientCertificate() {
      const { config, server } = await api.connection()
      const options: https.RequestOptions = {}
      await config.applyToHTTPSOptions(options).catch(() => {
        throw badCredentials(server)
      })
      const { cert } = options
      return typeof cert === 'string' || Buffer.isBuffer(cert) ? String(cert) : undefined
    },
  }
}

/** Asks for the version without credentials: whatever the answer is, it has a date, and came over a certificate. */
async function presented({ config, server }: Connection): Promise<Presented> {
  const url = new URL(`${(config.getCurrentCluster()?.server ?? server).replace(/\/$/, '')}/version`)
  const servername = config.getCurrentCluster()?.tlsServerName
  const options = {
    agent: false,
    signal: AbortSignal.timeout(timeout),
    // One that is not valid is what is looked for. Nothing is sent that anybody must not see, and nothing believed.
    rejectUnauthorized: false,
    ...(servername ? { servername } : {}),
  } as const
  try {
    return await new Promise<Presented>((resolve, reject) => {
      const { request } = url.protocol === 'http:' ? http : https
      const sent = request(url, options, response => {
        const here = Date.now()
        const certificate = (response.socket as Partial<TLSSocket>).getPeerX509Certificate?.()
        response.on('error', () => {}).destroy()
        const time = Date.parse(response.headers.date ?? '')
        resolve({
          ...(certificate ? { certificate: certificate.toString() } : {}),
          ...(Number.isNaN(time) ? {} : { time: { server: time, here } }),
        })
      })
      sent.once('error', reject)
      sent.end()
    })
  } catch (error) {
    throw unreachable(server, error, timeout)
  }
}
