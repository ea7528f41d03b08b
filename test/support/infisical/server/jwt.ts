import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { glob } from './glob.ts'
import { now } from './tokens.ts'

/** What a foreign token must say; texts may be globs, several values are separated by ", ". */
export interface Bounds {
  readonly boundIssuer: string
  readonly boundAudiences: string
  readonly boundSubject: string
  readonly boundClaims: Readonly<Record<string, string>>
}

type Claims = Readonly<Record<string, unknown>>

/** The claims of a JWT that one of the PEM keys signed (RS256, ES256, EdDSA), or why none of them takes it. */
export function verifyWithKeys(jwt: string, keys: readonly string[]): Claims | string {
  const [head = '', body = '', signature = ''] = jwt.split('.')
  const data = Buffer.from(`${head}.${body}`)
  const good = keys.some(pem => {
    const key = createPublicKey(pem)
    const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    const options = { key, dsaEncoding: 'ieee-p1363' as const }
    return verifySignature(algorithm, data, options, Buffer.from(signature, 'base64url'))
  })
  if (!good) return 'invalid signature'
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
  return typeof claims['exp'] === 'number' && claims['exp'] <= now() ? 'jwt expired' : claims
}

const matches = (bound: string, value: unknown) =>
  bound.split(', ').some(pattern => glob(pattern, true).test(String(value ?? '')))

/** The first bound that the claims do not meet, or undefined. */
export function checkClaims(claims: Claims, bounds: Bounds): string | undefined {
  if (bounds.boundIssuer && claims['iss'] !== bounds.boundIssuer) return 'issuer mismatch'
  if (bounds.boundSubject && !matches(bounds.boundSubject, claims['sub'])) return 'subject not allowed'
  const audiences = [claims['aud']].flat()
  if (bounds.boundAudiences && !audiences.some(audience => matches(bounds.boundAudiences, audience))) {
    return 'audience not allowed'
  }
  const claim = Object.entries(bounds.boundClaims).find(([name, bound]) => !matches(bound, claims[name]))
  return claim ? `claim mismatch for field ${claim[0]}` : undefined
}
