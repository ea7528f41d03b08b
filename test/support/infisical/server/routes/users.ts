import { authenticate, authenticateUser } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, denied, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { samePassword } from '../passwords.ts'
import { type Route, route } from '../router.ts'
import { now, sign } from '../tokens.ts'

/** Ten days, the life of a person's token in seconds. */
const tokenLife = 864_000

/** Login of a person by password, and the choice of an organisation. */
export function userRoutes(context: Context): Route[] {
  const { db, config } = context

  const login: Route['answer'] = async ({ body }) => {
    const fields = new Fields(body)
    const [email, password] = [fields.email('email'), fields.string('password')]
    fields.done()
    const sql = 'SELECT id, "hashedPassword" hash FROM users WHERE username = $1'
    const user = await db.first<{ id: string; hash: string | null }>(sql, [email])
    if (!user?.hash || !(await samePassword(password, user.hash))) throw badRequest('Invalid credentials')
    const row = { userId: user.id, accessVersion: 1 }
    const session = await db.insert<{ id: string }>('auth_token_sessions', row)
    const claims = {
      authMethod: 'email',
      authTokenType: 'accessToken',
      userId: user.id,
      tokenVersionId: session.id,
    }
    const times = { iat: now(), exp: now() + tokenLife }
    return { accessToken: sign({ ...claims, accessVersion: 1, ...times }, config.authSecret) }
  }

  const selectOrganization: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const organizationId = fields.string('organizationId')
    fields.done()
    const { claims, userId } = await authenticateUser(context, call)
    if (!userId) throw unauthorized('Only a user can select an organization')
    const sql = `UPDATE org_memberships SET "lastLoginAuthMethod" = 'email', "lastLoginTime" = now()
      WHERE "userId" = $1 AND "orgId"::text = $2 RETURNING id`
    if (!(await db.first(sql, [userId, organizationId])))
      throw denied('You are not a member of this organization')
    const times = { iat: now(), exp: now() + tokenLife }
    return { token: sign({ ...claims, organizationId, ...times }, config.authSecret), isMfaEnabled: false }
  }

  const organizations: Route['answer'] = async call => {
    const { userId } = await authenticateUser(context, call)
    const sql = `SELECT o.id, o.name, o.slug, o."allowCrossProjectSecretSharing", o."createdAt", o."updatedAt"
      FROM organizations o JOIN org_memberships m ON m."orgId" = o.id WHERE m."userId" = $1 ORDER BY o.name`
    if (userId) return { organizations: await db.all(sql, [userId]) }
    const { orgId } = await authenticate(context, call)
    return { organizations: await db.all('SELECT id, name, slug FROM organizations WHERE id = $1', [orgId]) }
  }

  return [
    route('POST', '/api/v3/auth/login', login),
    route('POST', '/api/v3/auth/select-organization', selectOrganization),
    route('GET', '/api/v1/organization', organizations),
  ]
}
