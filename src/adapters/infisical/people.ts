import * as z from 'zod'
import { type Licence, Secret, type TenancyServer } from '../../kernel/ports/index.ts'
import type { Api, Call } from './api.ts'

const person = z.object({ username: z.string() }).transform(({ username }) => username.toLowerCase())
const people = z.object({ users: z.array(z.object({ status: z.string().optional(), user: person })) })
// They are lines of a file that people read, and open links from.
const oneLine = z.string().regex(/^\P{Cc}+$/u, 'no line')
const invited = z.object({
  completeInviteLinks: z.array(z.object({ email: oneLine, link: oneLine })).default([]),
})
const role = z.object({
  role: z.string(),
  customRoleSlug: z.string().nullish(),
  isTemporary: z.boolean().default(false),
})
const members = z.object({
  memberships: z.array(z.object({ id: z.string(), user: person, roles: z.array(role) })),
})
const limit = z.number().nullish()
const licence = z.object({
  plan: z.object({
    rbac: z.boolean().default(false),
    groups: z.boolean().default(false),
    // Not recorded: servers after 2026-07 have it, in upstream's plan.
    crossProjectSecretSharing: z.boolean().optional(),
    workspaceLimit: limit,
    memberLimit: limit,
    identityLimit: limit,
    environmentLimit: limit,
  }),
})

type People = Pick<
  TenancyServer,
  'licence' | 'people' | 'invite' | 'roles' | 'members' | 'addMembers' | 'changeMember' | 'removeMember'
>

/** People in the organisation and in projects, and what the server's licence allows. */
export function createPeople(api: Api, token: Secret, organizationId: string): People {
  const ask = async <T>(call: Omit<Call, 'token'>, shape: z.ZodType<T>) =>
    await api.expect({ ...call, token }, shape)
  const organization = encodeURIComponent(organizationId)
  const inProject = (projectId: string) => `/api/v1/projects/${encodeURIComponent(projectId)}`

  return {
    async licence() {
      const path = `/api/v1/organizations/${organization}/plan`
      const { plan } = await ask({ method: 'GET', path }, licence)
      const limits: [keyof Licence['most'], number | null | undefined][] = [
        ['projects', plan.workspaceLimit],
        ['people', plan.memberLimit],
        ['identities', plan.identityLimit],
        ['environments', plan.environmentLimit],
      ]
      const most = Object.fromEntries(limits.filter(([, value]) => typeof value === 'number'))
      const { rbac: customRoles, groups, crossProjectSecretSharing: sharing } = plan
      return { customRoles, groups, most, ...(sharing !== undefined && { sharing }) }
    },

    async people() {
      const path = `/api/v2/organizations/${organization}/memberships`
      const { users } = await ask({ method: 'GET', path }, people)
      return users.map(({ status, user }) => ({ email: user, isInvited: status === 'invited' }))
    },

    async invite(inviteeEmails) {
      const body = { inviteeEmails, organizationId }
      const call = { method: 'POST', path: '/api/v1/invite-org/signup', body, unbroken: true } as const
      const { completeInviteLinks } = await ask(call, invited)
      return completeInviteLinks.map(({ email, link }) => ({
        email: email.toLowerCase(),
        link: new Secret(link),
      }))
    },

    async roles(projectId) {
      const shape = z.object({ roles: z.array(z.object({ slug: z.string() })) })
      const { roles } = await ask({ method: 'GET', path: `${inProject(projectId)}/roles` }, shape)
      return roles.map(({ slug }) => slug)
    },

    async members(projectId) {
      const path = `${inProject(projectId)}/memberships`
      const { memberships } = await ask({ method: 'GET', path }, members)
      return memberships.map(({ id, user, roles }) => ({
        ...{ id, email: user },
        roles: roles
          .filter(({ isTemporary }) => !isTemporary)
          .map(({ role, customRoleSlug }) => customRoleSlug ?? role),
        isTemporary: roles.some(({ isTemporary }) => isTemporary),
      }))
    },

    async addMembers(projectId, emails, roleSlugs) {
      const path = `${inProject(projectId)}/memberships`
      await ask({ method: 'POST', path, body: { emails, roleSlugs } }, z.unknown())
    },

    async changeMember(projectId, memberId, slugs) {
      const path = `${inProject(projectId)}/memberships/${encodeURIComponent(memberId)}`
      await ask({ method: 'PATCH', path, body: { roles: slugs.map(slug => ({ role: slug })) } }, z.unknown())
    },

    async removeMember(projectId, memberId) {
      const path = `${inProject(projectId)}/memberships/${encodeURIComponent(memberId)}`
      await ask({ method: 'DELETE', path }, z.unknown())
    },
  }
}
