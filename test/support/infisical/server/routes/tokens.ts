import type { Context } from '../context.ts'
import { unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { type Call, type Route, route } from '../router.ts'
import { now, sign, verify } from '../tokens.ts'

/** Renewing and revoking the access tokens of identities; the token itself is the permission. */
export function tokenRoutes({ db, config }: Context): Route[] {
  const read = async ({ body }: Call) => {
    const fields = new Fields(body)
    const token = fields.string('accessToken')
    fields.done()
    const claims = verify(token, config.authSecret)
    if (!claims?.identityAccessTokenId) throw unauthorized('Failed to authorize: invalid access token')
    const sql = 'SELECT "isAccessTokenRevoked" revoked FROM identity_access_tokens WHERE id = $1'
    const row = await db.first<{ revoked: boolean }>(sql, [claims.identityAccessTokenId])
    return { claims, live: row?.revoked === false && (claims.exp ?? 0) > now() }
  }

  const revoke: Route['answer'] = async call => {
    const { claims } = await read(call)
    const sql =
      'UPDATE identity_access_tokens SET "isAccessTokenRevoked" = true, "updatedAt" = now() WHERE id = $1'
    await db.all(sql, [claims.identityAccessTokenId])
    return { message: 'Successfully revoked access token' }
  }

  const renew: Route['answer'] = async call => {
    const { claims, live } = await read(call)
    const { accessTokenTTL, accessTokenMaxTTL, creationEpoch } = claims as unknown as Record<string, number>
    const end = Number(creationEpoch) + Number(accessTokenMaxTTL)
    if (!live || now() >= end)
      throw unauthorized('Failed to renew: the access token has expired or was revoked')
    const expiresIn = Math.min(Number(accessTokenTTL), end - now())
    const accessToken = sign({ ...claims, iat: now(), exp: now() + expiresIn }, config.authSecret)
    return { accessToken, expiresIn, accessTokenMaxTTL, tokenType: 'Bearer' }
  }

  return [
    route('POST', '/api/v1/auth/token/revoke', revoke),
    route('POST', '/api/v1/auth/token/renew', renew),
  ]
}
