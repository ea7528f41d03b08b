import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from './certificate.ts'

/** An OpenID Connect issuer, on loopback unless said otherwise: a real HTTPS server with a CA of its own, real keys and signed tokens. */
export interface OidcIssuer {
  /** `https://HOST:PORT` with a path, what `iss` of its tokens says. */
  readonly url: string
  /** Its CA certificate, PEM. */
  readonly ca: string
  /** Its public key, PEM. */
  readonly publicKey: string
  /** Paths it was asked for, in order. */
  readonly asked: string[]
  /** A token (RS256) with these claims, good for `seconds` from now; with `by` another key has signed it. */
  token(claims: Readonly<Record<string, unknown>>, seconds?: number, by?: KeyObject): string
  /** Makes it answer with a status. */
  fail(status: number | undefined): void
  stop(): Promise<void>
}

/** How an issuer is started. */
export interface IssuerOptions {
  /** Names of it beside 127.0.0.1; the first is that of its address. */
  readonly hosts?: readonly string[]
  /** Path before the well-known one, such as `/_services/token` of GitHub Enterprise Server. */
  readonly path?: string
  /** Address to listen at, 127.0.0.1 when left out. */
  readonly address?: string
  /** Port, any when left out. */
  readonly port?: number
  /** What its document calls it, when it is another name. */
  readonly calls?: string
  /** Where its document says that its keys are. */
  readonly keysAt?: string
}

/** Starts one. */
export async function startOidcIssuer(options: IssuerOptions = {}): Promise<OidcIssuer> {
  const { hosts = [], address = '127.0.0.1', path = '', port = 0 } = options
  const { cert, key } = selfSigned('issuer', [...hosts, address])
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }
  const asked: string[] = []
  let failing: number | undefined
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url ?? '')
    const documents: Record<string, unknown> = {
      [`${path}/.well-known/openid-configuration`]: {
        issuer: options.calls ?? url,
        jwks_uri: options.keysAt ?? `${url}/jwks`,
      },
      [`${path}/jwks`]: { keys: [jwk] },
    }
    const document = documents[request.url ?? '']
    const status = failing ?? (document === undefined ? 404 : 200)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? { message: 'none' }))
  })
  await new Promise<void>(listening => server.listen(port, address, listening))
  const { port: bound } = server.address() as AddressInfo
  const url = `https://${hosts[0] ?? address}:${bound}${path}`
  return {
    url,
    ca: cert,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    asked,
    token(claims, seconds = 600, by = privateKey) {
      const iat = Math.floor(Date.now() / 1000)
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const whole = { iss: url, iat, exp: iat + seconds, ...claims }
      const data = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(whole)}`
      return `${data}.${sign('sha256', Buffer.from(data), by).toString('base64url')}`
    },
    fail(status) {
      failing = status
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}
