import * as z from 'zod'
import type { MachineServer, Secret } from '../../kernel/ports/index.ts'
import type { Api, Call } from './api.ts'
import { pagesOf } from './pages.ts'

// How many one answer has.
const page = 100

const identities = z
  .object({
    identities: z.array(
      z.object({
        role: z.string(),
        identity: z.object({
          id: z.string(),
          name: z.string(),
          authMethods: z.array(z.string()).default([]),
        }),
      }),
    ),
    totalCount: z.number().optional(),
  })
  // One that is not listed would be made a second time.
  .refine(({ identities, totalCount = 0 }) => identities.length >= totalCount, 'not all identities')
const machines = z.object({
  identityMemberships: z.array(
    z.object({
      identityId: z.string(),
      identity: z.object({ name: z.string() }),
      roles: z.array(z.object({ role: z.string(), customRoleSlug: z.string().nullish() })),
    }),
  ),
})
const privileges = z.object({
  privileges: z.array(z.object({ id: z.string(), slug: z.string(), isTemporary: z.boolean() })),
})

/** Machine identities in the organisation and in projects, and their additional privileges. */
export function createMachines(api: Api, token: Secret, organizationId: string): MachineServer {
  const ask = async <T>(call: Omit<Call, 'token'>, shape: z.ZodType<T>) =>
    await api.expect({ ...call, token }, shape)
  const done = async (call: Omit<Call, 'token'>) => void (await ask(call, z.unknown()))
  const inProject = (projectId: string, identityId?: string) => {
    const base = `/api/v2/workspace/${encodeURIComponent(projectId)}/identity-memberships`
    return identityId === undefined ? base : `${base}/${encodeURIComponent(identityId)}`
  }
  const ofPrivilege = (id?: string) => {
    const base = '/api/v2/identity-project-additional-privilege'
    return id === undefined ? base : `${base}/${encodeURIComponent(id)}`
  }
  const forEver = { type: { isTemporary: false } }

  return {
    async identities() {
      const query = { orgId: organizationId }
      const found = await ask({ method: 'GET', path: '/api/v1/identities', query }, identities)
      return found.identities.map(({ role, identity }) => ({ ...identity, role }))
    },

    async createIdentity(name) {
      const body = { name, organizationId, role: 'no-access' }
      const shape = z.object({ identity: z.object({ id: z.string() }) })
      return (await ask({ method: 'POST', path: '/api/v1/identities', body }, shape)).identity.id
    },

    async machines(projectId) {
      const ofPage = async (query: Record<string, string>) =>
        (await ask({ method: 'GET', path: inProject(projectId), query }, machines)).identityMemberships
      const pages = pagesOf('identities in a project', page, ({ identityId }) => identityId, ofPage)
      const all = []
      for await (const some of pages) all.push(...some)
      return all.map(({ identityId, identity, roles }) => ({
        ...{ identityId, name: identity.name },
        roles: roles.map(({ role, customRoleSlug }) => customRoleSlug ?? role),
      }))
    },

    addMachine: (projectId, identityId) =>
      done({ method: 'POST', path: inProject(projectId, identityId), body: { role: 'no-access' } }),

    // Not recorded, nor is the next: their paths and shapes are those of upstream's identity-project-router (v2) of
    // 2026-07.
    resetMachine: (projectId, identityId) =>
      done({
        method: 'PATCH',
        path: inProject(projectId, identityId),
        body: { roles: [{ role: 'no-access', isTemporary: false }] },
      }),

    removeMachine: (projectId, identityId) =>
      done({ method: 'DELETE', path: inProject(projectId, identityId) }),

    async privileges(projectId, identityId) {
      const query = { projectId, identityId }
      return (await ask({ method: 'GET', path: ofPrivilege(), query }, privileges)).privileges
    },

    // Not recorded: see access.ts.
    async permissions(privilegeId) {
      const shape = z.object({ privilege: z.object({ permissions: z.unknown() }) })
      return (await ask({ method: 'GET', path: ofPrivilege(privilegeId) }, shape)).privilege.permissions
    },

    createPrivilege: (projectId, identityId, slug, permissions) =>
      done({
        method: 'POST',
        path: ofPrivilege(),
        body: { projectId, identityId, slug, ...forEver, permissions },
      }),

    // Its whole body: recorded that slug and type are required.
    changePrivilege: (id, slug, permissions) =>
      done({ method: 'PATCH', path: ofPrivilege(id), body: { slug, ...forEver, permissions } }),

    removePrivilege: id => done({ method: 'DELETE', path: ofPrivilege(id) }),
  }
}
