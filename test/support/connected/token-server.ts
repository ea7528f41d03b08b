/** A token server as registries with bearer authentication have one (distribution's docs, spec/auth). */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { listen } from './listen.ts'

/** A user of a registry. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** A running token server. */
export interface TokenServer {
  /** Where clients are sent for a token. */
  readonly realm: string
  readonly issuer: string
  readonly service: string
  /** The public key as a JSON Web Key Set. */
  readonly jwks: object
  /** How many tokens were given out. */
  issued(): number
  stop(): Promise<void>
}

const issuer = 'sealift-sandbox-tokens'
const service = 'sealift-sandbox-registry'

/** `Basic` header value of these credentials. */
export function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The access a scope string (`repository:NAME:pull,push`) asks for, as the token's `access` claim. */
function access(scope: string): { type: string; name: string; actions: string[] } {
  const [type = '', ...rest] = scope.split(':')
  const actions = (rest.pop() ?? '').split(',')
  return { type, name: rest.join(':'), actions }
}

/**
 * Starts a token server that gives `credentials`' owner whatever is asked for and answers 401 to others;
 * anonymous clients may pull when `anonymousPull` is set. Tokens are ES256 and live for `seconds`.
 */
export async function startTokenServer(
  credentials: Credentials,
  { anonymousPull = false, seconds = 300 } = {},
): Promise<TokenServer> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = randomUUID()
  let count = 0
  const token = (subject: string, scopes: readonly string[]) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: subject,
      aud: service,
      exp: now + seconds,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access: scopes.map(access),
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ typ: 'JWT', alg: 'ES256', kid })}.${part(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const scopes = url.searchParams.getAll('scope')
    const known = request.headers.authorization === basic(credentials)
    const pulls = scopes.every(scope => access(scope).actions.every(action => action === 'pull'))
    if (!known && !(anonymousPull && pulls && !request.headers.authorization)) {
      response.writeHead(401, {
        'content-type': 'application/json',
        'www-authenticate': `Basic realm="${issuer}"`,
      })
      response.end('{"details":"incorrect username or password"}')
      return
    }
    count++
    response.setHeader('content-type', 'application/json')
    const value = token(known ? credentials.user : '', scopes)
    response.end(JSON.stringify({ token: value, expires_in: seconds, issued_at: new Date().toISOString() }))
  })
  const { host, stop } = await listen(server)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
  return { realm: `http://${host}/token`, issuer, service, jwks: { keys: [jwk] }, issued: () => count, stop }
}
