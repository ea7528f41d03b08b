import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import type { Database } from '../database.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { type Call, type Route, route } from '../router.ts'

/** A row of `identities`. */
export interface Identity {
  readonly id: string
  readonly name: string
  readonly authMethod: string | null
  readonly orgId: string
  readonly projectId: string | null
  readonly hasDeleteProtection: boolean
  readonly metadata: unknown
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** An identity of an organisation. @throws ApiError 404 */
export async function identityById(db: Database, orgId: string, id: string): Promise<Identity> {
  const sql = 'SELECT * FROM identities WHERE id::text = $1 AND "orgId" = $2'
  const identity = await db.first<Identity>(sql, [id, orgId])
  if (!identity) throw notFound(`Identity with ID ${id} not found`)
  return identity
}

async function identityView(db: Database, identity: Identity) {
  const methods = await db.all<{ method: string }>(
    `SELECT 'universal-auth' method FROM identity_universal_auths WHERE "identityId" = $1
      UNION ALL SELECT 'jwt-auth' FROM identity_jwt_auths WHERE "identityId" = $1`,
    [identity.id],
  )
  return {
    id: identity.id,
    name: identity.name,
    authMethod: identity.authMethod,
    createdAt: identity.createdAt,
    updatedAt: identity.updatedAt,
    hasDeleteProtection: identity.hasDeleteProtection,
    orgId: identity.orgId,
    projectId: identity.projectId,
    authMethods: methods.map(row => row.method),
    metadata: identity.metadata,
  }
}

/** Machine identities of the organisation. */
export function identityRoutes(context: Context): Route[] {
  const { db } = context

  const create: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [name, role] = [fields.string('name'), fields.string('role', 'no-access')]
    fields.string('organizationId')
    const hasDeleteProtection = fields.boolean('hasDeleteProtection', false)
    fields.done()
    const { orgId } = await authenticateOrgAdmin(context, call)
    if (!['admin', 'member', 'no-access'].includes(role)) throw badRequest(`Role with slug ${role} not found`)
    const identity = await db.transaction(async work => {
      const made = await work.insert<Identity>('identities', { name, orgId, hasDeleteProtection })
      await work.insert('identity_org_memberships', { identityId: made.id, orgId, role })
      return made
    })
    return { identity: await identityView(db, identity) }
  }

  const mine = async (call: Call) => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    return identityById(db, orgId, call.param('id'))
  }

  const search: Route['answer'] = async call => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const rows = await db.all<Identity>('SELECT * FROM identities WHERE "orgId" = $1 ORDER BY name', [orgId])
    const identities = await Promise.all(
      rows.map(async row => ({ identity: await identityView(db, row), identityId: row.id, orgId })),
    )
    return { identities, totalCount: identities.length }
  }

  const remove: Route['answer'] = async call => {
    const identity = await mine(call)
    if (identity.hasDeleteProtection) throw badRequest('Identity has delete protection')
    await db.all('DELETE FROM identities WHERE id = $1', [identity.id])
    return { identity: await identityView(db, identity) }
  }

  return [
    route('POST', '/api/v1/identities', create),
    route('GET', '/api/v1/identities', search),
    route('POST', '/api/v1/identities/search', search),
    route('GET', '/api/v1/identities/:id', async call => ({
      identity: await identityView(db, await mine(call)),
    })),
    route('DELETE', '/api/v1/identities/:id', remove),
  ]
}
