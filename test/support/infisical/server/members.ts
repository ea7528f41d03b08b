import type { Database } from './database.ts'

/** A row of `project_memberships`. */
export interface Membership {
  readonly id: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly userId: string
  readonly projectId: string
}

/** Adds a person to a project; undefined where that person is in it already. */
export async function addMember(
  db: Database,
  projectId: string,
  userId: string,
  role: string,
): Promise<Membership | undefined> {
  const membership = await db.first<Membership>(
    `INSERT INTO project_memberships ("projectId", "userId") VALUES ($1, $2) ON CONFLICT DO NOTHING
      RETURNING id, "createdAt", "updatedAt", "userId", "projectId"`,
    [projectId, userId],
  )
  if (membership)
    await db.insert('project_user_membership_roles', { role, projectMembershipId: membership.id })
  return membership
}

/** Invites an address to an organisation: the person's id, and whether the invitation is a new one. */
export async function inviteTo(db: Database, orgId: string, email: string) {
  const person = { username: email, email }
  const known = await db.first<{ id: string }>('SELECT id FROM users WHERE username = $1', [email])
  const { id } = known ?? (await db.insert<{ id: string }>('users', person))
  const invited = await db.first(
    `INSERT INTO org_memberships ("userId", "orgId", role, status, "inviteEmail")
      VALUES ($1, $2, 'member', 'invited', $3) ON CONFLICT DO NOTHING RETURNING id`,
    [id, orgId, email],
  )
  return { id, isNew: invited !== undefined }
}
