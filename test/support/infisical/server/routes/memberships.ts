import { randomBytes } from 'node:crypto'
import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { accessTo, isProjectRole, type Rule } from '../permission.ts'
import { projectById } from '../projects.ts'
import { type Call, type Route, route } from '../router.ts'
import { identityById } from './identities.ts'

interface Privilege {
  readonly id: string
  readonly slug: string
  readonly permissions: readonly Rule[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const privilegeView = (row: Privilege) => ({
  id: row.id,
  slug: row.slug,
  isTemporary: false,
  temporaryMode: null,
  temporaryRange: null,
  temporaryAccessStartTime: null,
  temporaryAccessEndTime: null,
  permissions: row.permissions,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/** Identities in projects, and their additional privileges: least privilege without a licence. */
export function membershipRoutes(context: Context): Route[] {
  const { db } = context

  const at = async (call: Call, projectId: string, identityId: string, action: string) => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, projectId)
    ;(await accessTo(db, actor, project.id)).require(action, 'identity')
    const identity = await identityById(db, actor.orgId, identityId)
    return { projectId: project.id, identityId: identity.id }
  }
  const named = (call: Call, action: string) =>
    at(call, call.param('projectId'), call.param('identityId'), action)

  const roleOf = (body: Call['body']) => {
    const fields = new Fields(body)
    const listed = 'roles' in body ? fields.objects('roles') : [{ role: fields.string('role', 'no-access') }]
    fields.done()
    const role = String(listed[0]?.['role'] ?? 'no-access')
    if (!isProjectRole(role)) throw notFound(`Role with slug '${role}' not found`)
    return role
  }

  const add: Route['answer'] = async call => {
    const pair = await named(call, 'create')
    const role = roleOf(call.body)
    const sql = 'SELECT 1 FROM identity_project_memberships WHERE "projectId" = $1 AND "identityId" = $2'
    if (await db.first(sql, [pair.projectId, pair.identityId]))
      throw badRequest('Identity is already a member')
    const row = { ...pair, role }
    const made = await db.insert<{ id: string; createdAt: Date; updatedAt: Date }>(
      'identity_project_memberships',
      row,
    )
    const { id, createdAt, updatedAt } = made
    return { identityMembership: { id, ...pair, createdAt, updatedAt } }
  }

  const remove: Route['answer'] = async call => {
    const { projectId, identityId } = await named(call, 'delete')
    const sql = `DELETE FROM identity_project_memberships WHERE "projectId" = $1 AND "identityId" = $2
      RETURNING id, "projectId", "identityId", "createdAt", "updatedAt"`
    const identityMembership = await db.first(sql, [projectId, identityId])
    if (!identityMembership) throw notFound(`Identity with ID ${identityId} is not a member of the project`)
    return { identityMembership }
  }

  const list: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    await accessTo(db, actor, project.id)
    const rows = await db.all<{ role: string; name: string; identityId: string }>(
      `SELECT m.*, i.name FROM identity_project_memberships m JOIN identities i ON i.id = m."identityId"
        WHERE m."projectId" = $1 ORDER BY i.name`,
      [project.id],
    )
    const identityMemberships = rows.map(({ role, name, ...row }) => ({
      ...row,
      roles: [{ role, isTemporary: false }],
      identity: { id: row.identityId, name },
    }))
    return { identityMemberships, totalCount: rows.length }
  }

  const addPrivilege: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [projectId, identityId] = [fields.string('projectId'), fields.string('identityId')]
    const slug = fields.string('slug', randomBytes(6).toString('hex'))
    const rules = fields.objects('permissions')
    fields.done()
    const pair = await at(call, projectId, identityId, 'edit')
    const table = 'identity_project_additional_privilege'
    const sql = `SELECT 1 FROM ${table} WHERE "projectId" = $1 AND "identityId" = $2 AND slug = $3`
    if (await db.first(sql, [pair.projectId, pair.identityId, slug])) {
      throw badRequest('Additional privilege with provided slug already exists')
    }
    const permissions = rules.map(rule => ({ ...rule, inverted: rule['inverted'] === true }))
    return { privilege: privilegeView(await db.insert<Privilege>(table, { ...pair, slug, permissions })) }
  }

  const listPrivileges: Route['answer'] = async call => {
    const { projectId, identityId } = await at(
      call,
      call.query('projectId') ?? '',
      call.query('identityId') ?? '',
      'read',
    )
    const sql = `SELECT * FROM identity_project_additional_privilege
      WHERE "projectId" = $1 AND "identityId" = $2 ORDER BY slug`
    return { privileges: (await db.all<Privilege>(sql, [projectId, identityId])).map(privilegeView) }
  }

  const removePrivilege: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const table = 'identity_project_additional_privilege'
    type Row = Privilege & { projectId: string }
    const row = await db.first<Row>(`SELECT * FROM ${table} WHERE id::text = $1`, [call.param('id')])
    if (!row) throw notFound(`Identity project additional privilege with ID ${call.param('id')} not found`)
    const project = await projectById(db, actor, row.projectId)
    ;(await accessTo(db, actor, project.id)).require('edit', 'identity')
    await db.all(`DELETE FROM ${table} WHERE id = $1`, [row.id])
    return { privilege: privilegeView(row) }
  }

  const v2 = '/api/v2/workspace/:projectId/identity-memberships'
  const v1 = '/api/v1/projects/:projectId/memberships/identities'
  const privilege = '/api/v2/identity-project-additional-privilege'
  return [
    ...[v2, v1].flatMap(base => [
      route('POST', `${base}/:identityId`, add),
      route('DELETE', `${base}/:identityId`, remove),
      route('GET', base, list),
    ]),
    route('POST', privilege, addPrivilege),
    route('GET', privilege, listPrivileges),
    route('DELETE', `${privilege}/:id`, removePrivilege),
  ]
}
