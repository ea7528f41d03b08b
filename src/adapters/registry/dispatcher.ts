import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { SealiftError, systemCode } from '../../errors/index.ts'
import type { Environment } from './credentials.ts'
import type { TlsSettings } from './registries.ts'

// Milliseconds: for a connection, for the head of an answer, and between two pieces of its body.
const connectTimeout = 30_000
const timeouts = { headersTimeout: 30_000, bodyTimeout: 60_000 }

/**
 * Connections to hosts with the same TLS settings, through the proxies that the environment names.
 * @throws SealiftError FILE_FAILED for a certificate or key that cannot be read
 */
export function createDispatcher(tls: TlsSettings | undefined, environment: Environment): Dispatcher {
  const variable = (name: string) => environment[name.toLowerCase()] || environment[name] || ''
  const trust = tls ? trustOf(tls) : {}
  return new EnvHttpProxyAgent({
    ...timeouts,
    connect: { ...trust, timeout: connectTimeout },
    requestTls: trust,
    // HTTP/2 would put every layer onto one connection, and one window: slower over a long line.
    allowH2: false,
    httpProxy: variable('HTTP_PROXY'),
    httpsProxy: variable('HTTPS_PROXY'),
    // A proxy is never asked for this machine itself; so do Go's programs.
    noProxy: [variable('NO_PROXY'), 'localhost', '127.0.0.1', '::1'].filter(Boolean).join(','),
  })
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
    ...(tls.caFile ? { ca: [...getCACertificates('default'), read(tls.caFile)] } : {}),
    ...(tls.certFile ? { cert: read(tls.certFile) } : {}),
    ...(tls.keyFile ? { key: read(tls.keyFile) } : {}),
    rejectUnauthorized: !tls.insecure,
  }
}
