import { createPublicKey, verify as verifySignature } from 'node:crypto'
import picomatch from 'picomatch'
import { now } from './tokens.ts'

/** What a foreign token must say; texts may be shell patterns, several values are separated by ", ". */
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

/** A bound that claims do not meet. */
export type Unmet =
  | { readonly bound: 'issuer' }
  | { readonly bound: 'subject' }
  | { readonly bound: 'audience' }
  | { readonly bound: 'claim'; readonly name: string; readonly missing: boolean }

// The same library and the same mode as the server's own.
const matches = (bound: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value === (bound === 'true')
  if (typeof value === 'number') return value === Number.parseInt(bound, 10)
  if (Array.isArray(value)) return value.some(one => matches(bound, one))
  return value === bound || picomatch.isMatch(String(value), bound, { bash: true })
}
const matchesOne = (bounds: string, value: unknown) => bounds.split(', ').some(bound => matches(bound, value))

const field = (claims: Claims, path: string) =>
  path.split('.').reduce<unknown>((value, name) => (value as Claims | undefined)?.[name], claims)

/** The first bound that the claims do not meet, or undefined. */
export function checkClaims(claims: Claims, bounds: Bounds): Unmet | undefined {
  const { sub, aud, iss } = claims
  if (bounds.boundIssuer && iss !== bounds.boundIssuer) return { bound: 'issuer' }
  if (bounds.boundSubject && !matches(bounds.boundSubject, sub ?? '')) return { bound: 'subject' }
  if (bounds.boundAudiences && !matchesOne(bounds.boundAudiences, aud ?? '')) return { bound: 'audience' }
  for (const [name, bound] of Object.entries(bounds.boundClaims)) {
    const value = field(claims, name)
    if (!value) return { bound: 'claim', name, missing: true }
    if (!matchesOne(bound, value)) return { bound: 'claim', name, missing: false }
  }
  return undefined
}

/** A list as the server keeps it: without blanks around what stands between commas. */
export const commaList = (text: string): string =>
  text
    .split(',')
    .map(one => one.trim())
    .join(', ')

/** The bounds of a body, as the server keeps them. */
export function boundsOf(text: (name: string) => string, claims: unknown): Bounds {
  const entries = Object.entries((claims ?? {}) as Record<string, unknown>)
  return {
    boundIssuer: text('boundIssuer'),
    boundAudiences: commaList(text('boundAudiences')),
    boundSubject: text('boundSubject'),
    boundClaims: Object.fromEntries(entries.map(([name, bound]) => [name, commaList(String(bound))])),
  }
}
