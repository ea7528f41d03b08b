import { readFileSync } from 'node:fs'
import type { Agent } from 'node:http'
import { isIP } from 'node:net'
import { SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { Environment } from './login-files.ts'
import type { Registries, TlsSettings } from './registries.ts'
import { withTaps } from './tap.ts'

/** What a server's silence is told as: the code that systems give for it. */
export function timedOut(): Error {
  return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
}

// As an import, node:http costs 50 ms of every start: it loads all that its lazy exports stand for, fetch included.
/** Node's HTTP. */
export const http = () => process.getBuiltinModule('node:http')
/** Node's HTTPS. */
export const https = () => process.getBuiltinModule('node:https')

/** Connections that are kept and used again, for each host with the trust that registries.yaml gives it. */
export interface Connections {
  /** @throws SealiftError FILE_FAILED for a certificate or key that cannot be read, REGISTRY_UNREACHABLE for a proxy that is no address */
  agentFor(url: URL): Agent
  /** Ends them all. */
  close(): void
}

/**
 * Goes through the proxies that the environment names: HTTP_PROXY, HTTPS_PROXY, NO_PROXY, small letters first. A proxy
 * has `tunnelTimeout` milliseconds to open a tunnel.
 */
export function createConnections(
  registries: Registries,
  environment: Environment,
  tunnelTimeout: number,
): Connections {
  const agents = new Map<string, Agent>()
  const spare: Buffer[] = []
  const variable = (name: string) => environment[name.toLowerCase()] || environment[name] || ''
  const create = (secure: boolean, tls: TlsSettings | undefined) => {
    const name = secure ? 'HTTPS_PROXY' : 'HTTP_PROXY'
    const proxy = variable(name)
    const kept = { keepAlive: true, ...(tls ? trustOf(tls) : {}) }
    if (proxy === '') return withTaps(secure ? new (https().Agent)(kept) : new (http().Agent)(kept), spare)
    const proxyEnv = { [name]: proxyUrl(name, proxy), NO_PROXY: withoutProxy(variable('NO_PROXY')) }
    const options = { ...kept, proxyEnv }
    return secure ? inTime(new (https().Agent)(options), tunnelTimeout) : new (http().Agent)(options)
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
  if (url && /^https?:$/.test(url.protocol) && isDecodable(url.username + url.password)) return url.href
  throw new SealiftError('REGISTRY_UNREACHABLE', `${name} is no http:// or https:// address`)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** NO_PROXY as Go's programs, helm among them, take it: a name stands for what is below it as well. */
function withoutProxy(value: string): string {
  const names = value.split(/[\s,]+/).filter(Boolean)
  const below = names.filter(name => /^[a-z\d]/i.test(name) && !isIP(name)).map(name => `.${name}`)
  // A proxy is never asked for this machine itself.
  return [...names, ...below, 'localhost', '127.0.0.1', '::1'].join(',')
}

// A proxy's answer in this many pieces is none: Node listens once more for each piece it hears, and once for each of
// those, so that 40 bytes sent one by one took gigabytes.
const mostListeners = 1024

/**
 * Ends the socket of a tunnel that is refused, which Node forgets, that does not come, for which it waits without
 * end, or that comes in crumbs.
 */
function inTime<Kind extends Agent>(agent: Kind, limit: number): Kind {
  const connect = agent.createConnection
  agent.createConnection = (options, callback) => {
    const timer = setTimeout(() => socket?.destroy(timedOut()), limit)
    const socket = connect.call(agent, options, (error, made) => {
      clearTimeout(timer)
      if (error) for (const each of [socket, made]) each?.on('error', () => {}).destroy()
      callback?.(error, made)
    })
    let listeners = 0
    socket?.setMaxListeners(0)
    socket?.on('newListener', event => {
      if (event === 'readable' && ++listeners > mostListeners) socket.destroy(timedOut())
    })
    return socket
  }
  return agent
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
