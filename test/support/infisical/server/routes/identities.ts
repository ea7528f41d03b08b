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

/** The ways in which an identity can log in. */
export async function authMethods(db: Database, id: string): Promise<string[]> {
  const methods = await db.all<{ method: string }>(
    `SELECT "authMethod" method FROM identities WHERE id = $1 AND "authMethod" IS NOT NULL
      UNION ALL SELECT 'universal-auth' FROM identity_universal_auths WHERE "identityId" = $1
      UNION ALL SELECT 'jwt-auth' FROM identity_jwt_auths WHERE "identityId" = $1
      UNION ALL SELECT 'oidc-auth' FROM identity_oidc_auths WHERE "identityId" = $1
      UNION ALL SELECT 'kubernetes-auth' FROM identity_kubernetes_auths WHERE "identityId" = $1`,
    [id],
  )
  return methods.map(({ method }) => method)
}

const bareIdentity = ({ metadata: _, ...identity }: Identity) => ({
  id: identity.id,
  name: identity.name,
  // Bootstrap's own column is of the stand-in: the real server keeps it elsewhere.
  authMethod: null,
  createdAt: identity.createdAt,
  updatedAt: identity.updatedAt,
  hasDeleteProtection: identity.hasDeleteProtection,
  orgId: identity.orgId,
  projectId: identity.projectId,
})

const identityView = async (db: Database, identity: Identity) => ({
  ...bareIdentity(identity),
  authMethods: await authMethods(db, identity.id),
  metadata: identity.metadata,
})

interface Listed {
  readonly id: string
  readonly role: string
  readonly orgId: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly identityId: string
  readonly name: string
  readonly hasDeleteProtection: boolean
}

/** An identity as lists have it: its membership of the organisation, with `more` about the identity itself. */
async function listedView(db: Database, { name, hasDeleteProtection, ...row }: Listed, more: object) {
  const identity = { name, id: row.identityId, hasDeleteProtection }
  return {
    ...{ id: row.id, role: row.role, roleId: null, orgId: row.orgId },
    ...{ createdAt: row.createdAt, updatedAt: row.updatedAt, identityId: row.identityId },
    ...{ lastLoginAuthMethod: null, lastLoginTime: null },
    identity: { ...identity, ...more, authMethods: await authMethods(db, row.identityId) },
  }
}

/** What a search says of a text: the text itself, `$eq`, `$contains` or `$in`. */
function matches(wanted: unknown, text: string): boolean {
  if (wanted === undefined) return true
  if (typeof wanted === 'string') return text === wanted
  const { $eq, $contains, $in } = wanted as { $eq?: string; $contains?: string; $in?: string[] }
  if ($eq !== undefined && text !== $eq) return false
  if ($contains !== undefined && !text.includes($contains)) return false
  return $in === undefined || $in.includes(text)
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

  const all = (orgId: string, order: string) =>
    db.all<Listed>(
      `SELECT m.*, i.name, i."hasDeleteProtection" FROM identity_org_memberships m
        JOIN identities i ON i.id = m."identityId" WHERE m."orgId" = $1 ORDER BY ${order}`,
      [orgId],
    )

  const list: Route['answer'] = async call => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const rows = await all(orgId, 'm."createdAt"')
    return {
      identities: await Promise.all(rows.map(row => listedView(db, row, {}))),
      totalCount: rows.length,
    }
  }

  const search: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const wanted = fields.object('search')
    const [limit, offset] = [fields.number('limit', 50), fields.number('offset', 0)]
    fields.done()
    const { orgId } = await authenticateOrgAdmin(context, call)
    const rows = (await all(orgId, 'i.name, m."createdAt" DESC')).filter(
      row => matches(wanted['name'], row.name) && matches(wanted['role'], row.role),
    )
    const more = { orgId, activeLockoutAuthMethods: [] }
    const page = rows.slice(offset, offset + limit)
    return {
      identities: await Promise.all(page.map(row => listedView(db, row, more))),
      totalCount: rows.length,
    }
  }

  const remove: Route['answer'] = async call => {
    const identity = await mine(call)
    if (identity.hasDeleteProtection) throw badRequest('Identity has delete protection')
    await db.all('DELETE FROM identities WHERE id = $1', [identity.id])
    return { identity: bareIdentity(identity) }
  }

  return [
    route('POST', '/api/v1/identities', create),
    route('GET', '/api/v1/identities', list),
    route('POST', '/api/v1/identities/search', search),
    route('GET', '/api/v1/identities/:id', async call => ({
      identity: await identityView(db, await mine(call)),
    })),
    route('DELETE', '/api/v1/identities/:id', remove),
  ]
}
