import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { notFound } from '../errors.ts'
import { type Route, route } from '../router.ts'
import { identityById } from './identities.ts'

/** Tokens of identities with token auth, such as the one that bootstrap makes. */
export function tokenAuthRoutes(context: Context): Route[] {
  const { db } = context
  const base = '/api/v1/auth/token-auth'

  const list: Route['answer'] = async call => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const { id } = await identityById(db, orgId, call.param('identityId'))
    const sql = `SELECT * FROM identity_access_tokens WHERE "identityId" = $1 AND "authMethod" = 'token-auth'`
    return { tokens: await db.all(sql, [id]) }
  }

  const revoke: Route['answer'] = async call => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const sql = `UPDATE identity_access_tokens t SET "isAccessTokenRevoked" = true, "updatedAt" = now()
      FROM identities i WHERE i.id = t."identityId" AND i."orgId" = $2 AND t.id::text = $1
        AND t."authMethod" = 'token-auth' AND NOT t."isAccessTokenRevoked" RETURNING t.id`
    if (!(await db.first(sql, [call.param('id'), orgId])))
      throw notFound(`Token with ID ${call.param('id')} not found or already revoked`)
    return { message: 'Successfully revoked access token' }
  }

  return [
    route('GET', `${base}/identities/:identityId/tokens`, list),
    route('POST', `${base}/tokens/:id/revoke`, revoke),
  ]
}
