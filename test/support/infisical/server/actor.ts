import type { Context } from './context.ts'
import { ApiError, denied, unauthorized } from './errors.ts'
import type { Call } from './router.ts'
import { now, verify } from './tokens.ts'

/** Who calls: a person or a machine identity, in one organisation. */
export interface Actor {
  readonly kind: 'user' | 'identity'
  readonly id: string
  readonly orgId: string
  /** Role in the organisation: admin, member or no-access. */
  readonly orgRole: string
}

const tokenError = (message: string) => new ApiError(403, 'TokenError', message)

/** The person of a bearer token, whether or not an organisation is chosen yet. */
export async function authenticateUser({ db, config }: Context, call: Call) {
  if (!call.token) throw unauthorized('Token missing')
  const claims = verify(call.token, config.authSecret)
  if (!claims) throw tokenError('invalid token')
  if (claims.exp !== undefined && claims.exp <= now()) {
    throw tokenError('Your token has expired. Please re-authenticate.')
  }
  if (claims.authTokenType !== 'accessToken') return { claims }
  const session = await db.first('SELECT id FROM auth_token_sessions WHERE id = $1', [claims.tokenVersionId])
  if (!session) throw unauthorized('User session not found, please re-authenticate')
  return { claims, userId: claims.userId }
}

/**
 * Who the bearer token belongs to.
 * @throws ApiError 401 or 403 as recorded: missing, not ours, expired, without `exp`, revoked.
 */
export async function authenticate(context: Context, call: Call): Promise<Actor> {
  const { claims, userId } = await authenticateUser(context, call)
  const { db } = context
  if (userId) {
    const sql = 'SELECT role, "orgId" FROM org_memberships WHERE "userId" = $1 AND "orgId" = $2'
    const orgId = claims.organizationId
    const membership = orgId
      ? await db.first<{ role: string; orgId: string }>(sql, [userId, orgId])
      : undefined
    if (!membership) throw unauthorized('No organization is selected')
    return { kind: 'user', id: userId, orgId: membership.orgId, orgRole: membership.role }
  }
  // Current servers refuse a token that never expires: the one that bootstrap returns is such a token.
  if (claims.exp === undefined) {
    throw unauthorized('Identity access token exceeded max age, please re-authenticate')
  }
  const identity = await db.first<{ id: string; orgId: string; role: string; revoked: boolean }>(
    `SELECT i.id, i."orgId", m.role, t."isAccessTokenRevoked" revoked FROM identity_access_tokens t
      JOIN identities i ON i.id = t."identityId"
      JOIN identity_org_memberships m ON m."identityId" = i.id AND m."orgId" = i."orgId" WHERE t.id = $1`,
    [claims.identityAccessTokenId],
  )
  if (!identity || identity.revoked) throw unauthorized('Failed to authorize: token has been revoked')
  return { kind: 'identity', id: identity.id, orgId: identity.orgId, orgRole: identity.role }
}

/** The caller, who must be allowed to change the organisation. @throws ApiError 401, 403 */
export async function authenticateOrgAdmin(context: Context, call: Call, what = 'identity'): Promise<Actor> {
  const actor = await authenticate(context, call)
  if (actor.orgRole !== 'admin') throw denied(`You are not allowed to create on ${what}`)
  return actor
}
