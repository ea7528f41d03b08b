import { readFileSync } from 'node:fs'
import type { Agent } from 'node:http'
import { SealiftError, systemCode } from '../../errors/index.ts'
import type { Environment } from './credentials.ts'
import type { Registries, TlsSettings } from './registries.ts'
import { withTaps } from './tap.ts'

// As an import, node:http costs 50 ms of every start: it loads all that its lazy exports stand for, fetch included.
export const http = () => process.getBuiltinModule('node:http')
export const https = () => process.getBuiltinModule('node:https')

/** Connections that are kept and used again, for each host with the trust that registries.yaml gives it. */
export interface Connections {
  /** @throws SealiftError FILE_FAILED for a certificate or key that cannot be read, REGISTRY_UNREACHABLE for a proxy that is no address */
  agentFor(url: URL): Agent
  /** Ends them all. */
  close(): void
}

/** Goes through the proxies that the environment names: HTTP_PROXY, HTTPS_PROXY, NO_PROXY, small letters first. */
export function createConnections(registries: Registries, environment: Environment): Connections {
  const agents = new Map<string, Agent>()
  const variable = (name: string) => environment[name.toLowerCase()] || environment[name] || ''
  const create = (secure: boolean, tls: TlsSettings | undefined) => {
    const name = secure ? 'HTTPS_PROXY' : 'HTTP_PROXY'
    const proxy = variable(name)
    // A proxy is never asked for this machine itself; so do Go's programs.
    const direct = [variable('NO_PROXY'), 'localhost', '127.0.0.1', '::1'].filter(Boolean).join(',')
    const kept = { keepAlive: true, ...(tls ? trustOf(tls) : {}) }
    if (proxy === '') return withTaps(secure ? new (https().Agent)(kept) : new (http().Agent)(kept))
    const options = { ...kept, proxyEnv: { [name]: proxyUrl(name, proxy), NO_PROXY: direct } }
    return secure ? new (https().Agent)(options) : new (http().Agent)(options)
  }
  return {
    agentFor({ host, protocol }) {
      const secure = protocol === 'https:'
      const tls = secure ? registries.tls(host) : undefined
      const key = tls ? host : protocol
      const agent = agents.get(key) ?? create(secure, tls)
      agents.set(key, agent)
      return agent
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

/** Curl and Go take `proxy:3128` for an address as well. The value is not repeated: it may hold a password. */
function proxyUrl(name: string, value: string): string {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`)
  if (url && /^https?:$/.test(url.protocol)) return url.href
  throw new SealiftError('REGISTRY_UNREACHABLE', `${name} is no http:// or https:// address`)
}

function trustOf(tls: TlsSettings) {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw new SealiftError('FILE_FAILED', `${path}: cannot be read (${systemCode(error)})`, {
        cause: error,
      })
    }
  }
  return {
    // A CA given to Node replaces its own list, NODE_EXTRA_CA_CERTS included: so all of them.
    ...(tls.caFile
      ? { ca: [...process.getBuiltinModule('node:tls').getCACertificates('default'), read(tls.caFile)] }
      : {}),
    ...(tls.certFile ? { cert: read(tls.certFile) } : {}),
    ...(tls.keyFile ? { key: read(tls.keyFile) } : {}),
    rejectUnauthorized: !tls.insecure,
  }
}
