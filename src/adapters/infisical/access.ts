import * as z from 'zod'
import { samePermissions } from '../../kernel/access/index.ts'
import type { InfisicalSession, Secret } from '../../kernel/ports/index.ts'
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
): Pick<InfisicalSession, 'addToProject' | 'ensurePrivilege'> {
  async function isMember(base: string, identityId: string): Promise<boolean> {
    const ofPage = async (query: Record<string, string>) =>
      (await api.expect({ method: 'GET', path: base, query, token }, memberships)).identityMemberships
    const pages = pagesOf('identities in a project', page, membership => membership.identityId, ofPage)
    for await (const some of pages)
      if (some.some(membership => membership.identityId === identityId)) return true
    return false
  }

  return {
    async addToProject(projectId, identityId, role) {
      const base = `/api/v2/workspace/${encodeURIComponent(projectId)}/identity-memberships`
      if (await isMember(base, identityId)) return false
      const path = `${base}/${encodeURIComponent(identityId)}`
      await api.expect({ method: 'POST', path, body: { role }, token }, z.unknown())
      return true
    },

    async ensurePrivilege(projectId, identityId, slug, permissions) {
      const query = { identityId, projectId }
      const list: Call = { method: 'GET', path: privileges, query, token }
      const found = (await api.expect(list, listed)).privileges.find(privilege => privilege.slug === slug)
      const wanted = { slug, type: { isTemporary: false }, permissions }
      if (found === undefined) {
        const body = { identityId, projectId, ...wanted }
        await api.expect({ method: 'POST', path: privileges, body, token }, read)
        return true
      }
      // The list has no permissions. Reading one is not recorded, its path is that of upstream's
      // identity-project-additional-privilege-router (v2) of 2026-07; its shape is that of the answer to POST.
      const path = `${privileges}/${encodeURIComponent(found.id)}`
      const { privilege } = await api.expect({ method: 'GET', path, token }, read)
      if (!found.isTemporary && samePermissions(privilege.permissions, permissions)) return false
      // Its whole body: recorded that slug and type are required.
      await api.expect({ method: 'PATCH', path, body: wanted, token }, read)
      return true
    },
  }
}
