import { createHmac, timingSafeEqual } from 'node:crypto'

/** The claims of a token, as far as anybody here looks at them. */
export interface Claims {
  readonly authTokenType?: string
  readonly userId?: string
  readonly tokenVersionId?: string
  readonly organizationId?: string
  readonly identityId?: string
  readonly identityAccessTokenId?: string
  readonly iat?: number
  readonly exp?: number
  readonly [claim: string]: unknown
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const mac = (text: string, secret: string) => createHmac('sha256', secret).update(text).digest()

/** Seconds since 1970, as JWT wants them. */
export const now = (): number => Math.floor(Date.now() / 1000)

/** Signs `claims` as a JWT with HS256 (RFC 7519); adds nothing. */
export function sign(claims: Claims, secret: string): string {
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${text}.${mac(text, secret).toString('base64url')}`
}

/** The claims of a token with a good signature, whatever its age; undefined for anything else. */
export function verify(token: string, secret: string): Claims | undefined {
  const [head = '', body = '', signature = ''] = token.split('.')
  const expected = mac(`${head}.${body}`, secret)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
}
