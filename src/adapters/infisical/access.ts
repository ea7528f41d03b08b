import * as z from 'zod'
import { samePermissions } from '../../kernel/access/index.ts'
import type { InfisicalSession, Permission, Secret, TenancyLooks } from '../../kernel/ports/index.ts'
import { type Api, type Call, listOf } from './api.ts'
import { pagesOf } from './pages.ts'

const memberships = z.object({
  // How many there are says whether more follow: none may be left out.
  identityMemberships: z.array(z.object({ identityId: z.string() }).catch({ identityId: '' })),
})
const listed = z.object({
  privileges: listOf(z.object({ id: z.string(), slug: z.string(), isTemporary: z.boolean() })),
})
const read = z.object({ privilege: z.object({ permissions: z.unknown() }) })

// How many memberships one answer has.
const page = 100
const privileges = '/api/v2/identity-project-additional-privilege'

/** What identities are and may do in projects. */
export function createAccess(
  api: Api,
  token: Secret,
): Pick<InfisicalSession, 'addToProject' | 'ensurePrivilege'> & {
  readonly looks: Omit<TenancyLooks, 'folder'>
} {
  async function isMember(base: string, identityId: string): Promise<boolean> {
    const ofPage = async (query: Record<string, string>) =>
      (await api.expect({ method: 'GET', path: base, query, token }, memberships)).identityMemberships
    const pages = pagesOf('identities in a project', page, membership => membership.identityId, ofPage)
    for await (const some of pages)
      if (some.some(membership => membership.identityId === identityId)) return true
    return false
  }

  const membersOf = (projectId: string) =>
    `/api/v2/workspace/${encodeURIComponent(projectId)}/identity-memberships`

  /** The privilege of a slug, and whether it is as it is wanted. */
  async function privilegeOf(
    projectId: string,
    identityId: string,
    slug: string,
    permissions: readonly Permission[],
  ): Promise<{ readonly path: string; readonly stands: boolean } | undefined> {
    const query = { identityId, projectId }
    const list: Call = { method: 'GET', path: privileges, query, token }
    const found = (await api.expect(list, listed)).privileges.find(privilege => privilege.slug === slug)
    if (found === undefined) return undefined
    // The list has no permissions. Reading one is not recorded, its path is that of upstream's
    // identity-project-additional-privilege-router (v2) of 2026-07; its shape is that of the answer to POST.
    const path = `${privileges}/${encodeURIComponent(found.id)}`
    const { privilege } = await api.expect({ method: 'GET', path, token }, read)
    return { path, stands: !found.isTemporary && samePermissions(privilege.permissions, permissions) }
  }

  return {
    looks: {
      member: (projectId, identityId) => isMember(membersOf(projectId), identityId),
      privilege: async (...wanted) => (await privilegeOf(...wanted))?.stands ?? false,
    },

    async addToProject(projectId, identityId, role) {
      const base = membersOf(projectId)
      if (await isMember(base, identityId)) return false
      const path = `${base}/${encodeURIComponent(identityId)}`
      await api.expect({ method: 'POST', path, body: { role }, token }, z.unknown())
      return true
    },

    async ensurePrivilege(projectId, identityId, slug, permissions) {
      const found = await privilegeOf(projectId, identityId, slug, permissions)
      const wanted = { slug, type: { isTemporary: false }, permissions }
      if (found === undefined) {
        const body = { identityId, projectId, ...wanted }
        await api.expect({ method: 'POST', path: privileges, body, token }, read)
        return true
      }
      if (found.stands) return false
      // Its whole body: recorded that slug and type are required.
      await api.expect({ method: 'PATCH', path: found.path, body: wanted, token }, read)
      return true
    },
  }
}
