import type { Identity, InfisicalSession } from '../../../kernel/ports/index.ts'
import { Secret } from '../../../kernel/ports/index.ts'
import type { TenancySession } from './tenancy.ts'

/** Something that would be made, changed or taken away through Infisical's API. */
export interface ServerChange {
  readonly change: 'create' | 'change' | 'remove'
  readonly kind:
    | 'organization'
    | 'admin'
    | 'project'
    | 'environment'
    | 'folder'
    | 'identity'
    | 'rights'
    | 'client secret'
  readonly name: string
  readonly detail: string
}

/** What stands for whatever a rehearsal has made: no server knows it. */
const made = 'made-in-a-rehearsal'

/**
 * A session on which the least tenancy is tried: it reads of a server what is there, and tells what would be written
 * there, without writing. Without a session it is a server that nobody has set up yet: nothing is there.
 */
export function rehearsedSession(
  session: InfisicalSession | undefined,
  tell: (change: ServerChange) => void,
): TenancySession {
  const names = new Map<string, string>([[made, made]])
  const titleOf = (id: string) => names.get(id) ?? id
  const isMade = (id: string) => session === undefined || id === made
  const environments = ['dev', 'staging', 'prod'].map(slug => ({ slug, name: slug }))
  return {
    tenancy: { admin: session?.tenancy.admin ?? '' },
    project: async slug => {
      const found = await session?.project(slug)
      if (found !== undefined) names.set(found.id, slug)
      return found
    },
    async createProject(_, slug) {
      tell({ change: 'create', kind: 'project', name: slug, detail: 'for the proof' })
      return { id: made, slug, environments }
    },
    async createEnvironment(projectId, _, slug) {
      tell({ change: 'create', kind: 'environment', name: slug, detail: `in project ${titleOf(projectId)}` })
    },
    async ensureFolder(place) {
      if (!isMade(place.projectId) && (await session?.looks.folder(place))) return false
      const detail = `in environment ${place.environment}`
      tell({ change: 'create', kind: 'folder', name: place.path, detail })
      return true
    },
    async addToProject(projectId, identityId, role) {
      const isNew = isMade(projectId) || isMade(identityId)
      if (!isNew && (await session?.looks.member(projectId, identityId))) return false
      tell({ change: 'create', kind: 'rights', name: role, detail: 'of the identity in the project' })
      return true
    },
    async ensurePrivilege(projectId, identityId, slug, permissions) {
      const isNew = isMade(projectId) || isMade(identityId)
      if (!isNew && (await session?.looks.privilege(projectId, identityId, slug, permissions))) return false
      const detail = 'to read the secrets of the proof’s folder, and nothing else'
      tell({ change: 'create', kind: 'rights', name: slug, detail })
      return true
    },
    async identities(name) {
      const found = (await session?.identities(name)) ?? []
      for (const { id } of found) names.set(id, name)
      return found
    },
    async createIdentity(name): Promise<Identity> {
      names.set(made, name)
      tell({ change: 'create', kind: 'identity', name, detail: 'for External Secrets Operator, no-access' })
      return { id: made, role: 'no-access', authMethods: [] }
    },
    attachUniversalAuth: async () => made,
    async createClientSecret(identityId, description) {
      tell({ change: 'create', kind: 'client secret', name: titleOf(identityId), detail: description })
      return new Secret(made)
    },
    clientSecrets: async (id, description) =>
      isMade(id) ? [] : ((await session?.clientSecrets(id, description)) ?? []),
    async revokeClientSecret(identityId, id) {
      tell({ change: 'remove', kind: 'client secret', name: titleOf(identityId), detail: `${id}, of before` })
    },
    clearLockouts: async () => {},
  }
}
