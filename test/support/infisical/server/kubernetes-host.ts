import { request } from 'node:https'
import { isIPv4, type LookupFunction } from 'node:net'
import type { Config } from './env.ts'
import { allowedAddress } from './outside.ts'

/** An API server, as an identity with Kubernetes auth names it. */
export interface KubernetesHost {
  readonly kubernetesHost: string
  /** Its CA as PEM; without one its certificate is not checked at all, as by a real server. */
  readonly caCert: string
  readonly verifyTlsCertificate: boolean
}

/** What it is asked: a GET, or with a body a POST. */
export interface Question {
  readonly path: string
  readonly token?: string
  readonly body?: object
}

/**
 * One request to an API server; gives its JSON whatever its status. Where STAND_IN_HOSTS has a port behind the address,
 * that is asked: a test's API server has not 443. @throws ApiError 400, Error of whatever goes wrong
 */
export async function askKubernetes(host: KubernetesHost, config: Config, asked: Question): Promise<unknown> {
  const url = new URL(asked.path, host.kubernetesHost)
  const known = await allowedAddress(host.kubernetesHost, config)
  const [, address = known, port = url.port] = /^([\d.]+):(\d+)$/.exec(known) ?? []
  const family = isIPv4(address) ? 4 : 6
  const lookup: LookupFunction = (_, options, done) =>
    options.all ? done(null, [{ address, family }]) : done(null, address, family)
  const verified = host.verifyTlsCertificate && host.caCert !== ''
  const options = {
    ...{
      lookup,
      agent: false,
      signal: AbortSignal.timeout(10_000),
      hostname: url.hostname,
      path: url.pathname,
    },
    ...(port === '' ? {} : { port }),
    ...(verified ? { ca: host.caCert } : { rejectUnauthorized: false }),
    method: asked.body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(asked.token === undefined ? {} : { authorization: `Bearer ${asked.token}` }),
    },
  } as const
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request(options, async response => {
      const chunks: Buffer[] = await response.toArray().catch(() => [])
      resolve(Buffer.concat(chunks).toString())
    })
    sent.on('error', reject).end(asked.body === undefined ? '' : JSON.stringify(asked.body))
  })
  return text === '' ? {} : JSON.parse(text)
}
