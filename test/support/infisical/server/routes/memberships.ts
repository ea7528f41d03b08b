import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { accessTo, isProjectRole } from '../permission.ts'
import { projectById } from '../projects.ts'
import { type Call, type Route, route } from '../router.ts'
import { authMethods, identityById } from './identities.ts'

interface Member {
  readonly id: string
  readonly identityId: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly role: string
  readonly roleId: string
  readonly name: string
}

/** A role in a project as lists of members have it: for ever, and one of the built-in ones. */
export const roleView = (id: string, role: string) => ({
  ...{ id, role, customRoleId: null, customRoleName: null, customRoleSlug: null, isTemporary: false },
  ...{ temporaryMode: null, temporaryRange: null },
  ...{ temporaryAccessStartTime: null, temporaryAccessEndTime: null },
})

/** Who calls about an identity in a project, and may do that. @throws ApiError 401, 403, 404 */
export async function identityInProject(
  context: Context,
  call: Call,
  projectId: string,
  identityId: string,
  action: string,
) {
  const { db } = context
  const actor = await authenticate(context, call)
  const project = await projectById(db, actor, projectId)
  ;(await accessTo(db, actor, project.id)).require(action, 'identity')
  const identity = await identityById(db, actor.orgId, identityId)
  return { projectId: project.id, identityId: identity.id }
}

/** Identities in projects: with the role no-access, and privileges, that is least privilege without a licence. */
export function membershipRoutes(context: Context): Route[] {
  const { db } = context

  const named = (call: Call, action: string) =>
    identityInProject(context, call, call.param('projectId'), call.param('identityId'), action)

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

  const change: Route['answer'] = async call => {
    const { projectId, identityId } = await named(call, 'edit')
    const role = roleOf(call.body)
    const sql = `UPDATE identity_project_memberships SET role = $3, "roleId" = gen_random_uuid(), "updatedAt" = now()
      WHERE "projectId" = $1 AND "identityId" = $2 RETURNING "roleId"`
    const row = await db.first<{ roleId: string }>(sql, [projectId, identityId, role])
    if (!row) throw notFound(`Identity with ID ${identityId} is not a member of the project`)
    return { roles: [roleView(row.roleId, role)] }
  }

  const list: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    await accessTo(db, actor, project.id)
    const rows = await db.all<Member>(
      `SELECT m.*, i.name FROM identity_project_memberships m JOIN identities i ON i.id = m."identityId"
        WHERE m."projectId" = $1 ORDER BY i.name, m.id`,
      [project.id],
    )
    const offset = Number(call.query('offset') ?? 0)
    const page = rows.slice(offset, offset + Number(call.query('limit') ?? 100))
    const identityMemberships = await Promise.all(
      page.map(async ({ id, identityId, createdAt, updatedAt, role, roleId, name }) => ({
        ...{ id, identityId, createdAt, updatedAt },
        roles: [roleView(roleId, role)],
        identity: { name, id: identityId, authMethods: await authMethods(db, identityId) },
        project: { name: project.name, id: project.id },
      })),
    )
    return { identityMemberships, totalCount: rows.length }
  }

  const v2 = '/api/v2/workspace/:projectId/identity-memberships'
  const v1 = '/api/v1/projects/:projectId/memberships/identities'
  return [v2, v1].flatMap(base => [
    route('POST', `${base}/:identityId`, add),
    route('PATCH', `${base}/:identityId`, change),
    route('DELETE', `${base}/:identityId`, remove),
    route('GET', base, list),
  ])
}
