import { randomBytes, randomUUID } from 'node:crypto'
import { authenticate, authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { addMember, inviteTo, type Membership } from '../members.ts'
import { accessTo, isProjectRole } from '../permission.ts'
import { projectById } from '../projects.ts'
import { type Call, type Route, route } from '../router.ts'
import { roleView } from './memberships.ts'

interface Person {
  readonly userId: string
  readonly username: string
  readonly email: string
  readonly isEmailVerified: boolean
  readonly firstName: string | null
  readonly lastName: string | null
}

const personView = ({ username, email, firstName, lastName, userId }: Person) => ({
  ...{ username, email, firstName, lastName, id: userId },
})

const roles = [
  ['admin', 'Admin', 'Full administrative access over a project'],
  ['member', 'Member', 'Limited read/write role in a project'],
  ['viewer', 'Viewer', 'Only read role in a project'],
  ['no-access', 'No Access', 'No access to any resources in the project'],
] as const

/** People in the organisation and in projects, of a server without mail. */
export function memberRoutes(context: Context): Route[] {
  const { db, config } = context
  const people = 'u.username, u.email, u."isEmailVerified", u."firstName", u."lastName"'

  const invite: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const emails = fields.strings('inviteeEmails')
    fields.string('organizationId')
    fields.done()
    const { orgId } = await authenticateOrgAdmin(context, call, 'member')
    const links: { email: string; link: string }[] = []
    for (const email of emails) {
      if (!(await inviteTo(db, orgId, email)).isNew) continue
      const query = `token=${randomBytes(16).toString('hex')}&to=${email}&organization_id=${orgId}`
      links.push({ email, link: `${config.siteUrl}/signupinvite?${query}` })
    }
    const message = `Send an invite link to ${emails.join(', ')}`
    return links.length > 0 ? { message, completeInviteLinks: links } : { message }
  }

  const inOrganization: Route['answer'] = async call => {
    const { orgId } = await authenticateOrgAdmin(context, call, 'member')
    const rows = await db.all<Person & Record<string, unknown>>(
      `SELECT m.*, ${people} FROM org_memberships m JOIN users u ON u.id = m."userId"
        WHERE m."orgId" = $1 ORDER BY m."createdAt"`,
      [orgId],
    )
    const users = rows.map(row => ({
      ...{ id: row['id'], role: row['role'], status: row['status'], inviteEmail: row['inviteEmail'] },
      ...{ orgId, roleId: null, isActive: row['isActive'] },
      ...{ lastLoginAuthMethod: row['lastLoginAuthMethod'], lastLoginTime: row['lastLoginTime'] },
      user: { ...personView(row), isEmailVerified: row.isEmailVerified, publicKey: null },
    }))
    return { users }
  }

  const project = async (call: Call, action: string) => {
    const actor = await authenticate(context, call)
    const found = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, found.id)).require(action, 'member')
    return { ...found, orgId: actor.orgId }
  }

  const known = (slugs: readonly string[], projectId: string) => {
    const unknown = slugs.filter(slug => !isProjectRole(slug)).join(', ')
    const where = `the project with ID '${projectId}'`
    if (unknown) throw notFound(`Specified roles '${unknown}' was not found in ${where}`)
    return slugs[0] ?? 'member'
  }

  const add: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const emails = fields.strings('emails')
    const slugs = 'roleSlugs' in call.body ? fields.strings('roleSlugs') : ['member']
    fields.done()
    const { id: projectId, orgId } = await project(call, 'create')
    const role = known(slugs, projectId)
    const memberships: Membership[] = []
    for (const email of emails) {
      const { id } = await inviteTo(db, orgId, email)
      const made = await addMember(db, projectId, id, role)
      if (made) memberships.push(made)
    }
    return { memberships }
  }

  const list: Route['answer'] = async call => {
    const { id } = await project(call, 'read')
    const rows = await db.all<Person & Membership & { role: string; roleId: string }>(
      `SELECT m.*, ${people}, r.role, r.id "roleId" FROM project_memberships m JOIN users u ON u.id = m."userId"
        JOIN project_user_membership_roles r ON r."projectMembershipId" = m.id WHERE m."projectId" = $1`,
      [id],
    )
    const memberships = rows.map(row => ({
      ...{ id: row.id, createdAt: row.createdAt, userId: row.userId, projectId: row.projectId },
      user: personView(row),
      roles: [roleView(row.roleId, row.role)],
    }))
    return { memberships }
  }

  const change: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const wanted = fields.objects('roles')
    fields.done()
    const { id: projectId } = await project(call, 'edit')
    const role = known(
      wanted.map(item => String(item['role'])),
      projectId,
    )
    const row = await db.first<Record<string, unknown> & { id: string }>(
      `UPDATE project_user_membership_roles SET id = gen_random_uuid(), role = $3, "updatedAt" = now()
        WHERE "projectMembershipId" IN
          (SELECT id FROM project_memberships WHERE "projectId" = $1 AND id::text = $2) RETURNING *`,
      [projectId, call.param('id'), role],
    )
    if (!row) throw notFound(`Project membership with ID '${call.param('id')}' not found`)
    const { customRoleName: _, customRoleSlug: __, ...view } = roleView(row.id, role)
    const { projectMembershipId, createdAt, updatedAt } = row
    return { roles: [{ ...view, projectMembershipId, createdAt, updatedAt }] }
  }

  const remove: Route['answer'] = async call => {
    const { id } = await project(call, 'delete')
    const sql = `DELETE FROM project_memberships WHERE "projectId" = $1 AND id::text = $2
      RETURNING id, "createdAt", "updatedAt", "userId", "projectId"`
    const membership = await db.first(sql, [id, call.param('id')])
    if (!membership) throw notFound(`Project membership with ID '${call.param('id')}' not found`)
    return { membership }
  }

  const listRoles: Route['answer'] = async call => {
    const { id: projectId } = await project(call, 'read')
    const times = { createdAt: new Date(), updatedAt: new Date() }
    return {
      roles: roles.map(([slug, name, description]) => ({
        ...{ id: randomUUID(), name, description, slug, ...times, projectId },
      })),
    }
  }

  const base = '/api/v1/projects/:projectId/memberships'
  return [
    route('POST', '/api/v1/invite-org/signup', invite),
    route('GET', '/api/v2/organizations/:organizationId/memberships', inOrganization),
    route('POST', base, add),
    route('GET', base, list),
    route('PATCH', `${base}/:id`, change),
    route('DELETE', `${base}/:id`, remove),
    route('GET', '/api/v1/projects/:projectId/roles', listRoles),
  ]
}
