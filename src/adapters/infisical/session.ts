import * as z from 'zod'
import type { InfisicalSession, Secret, SecretPlace } from '../../kernel/ports/index.ts'
import { createAccess } from './access.ts'
import { createAccount } from './account.ts'
import { type Api, type Call, listOf } from './api.ts'
import { createAudit } from './audit.ts'
import { createFolderReading } from './folder-reading.ts'
import { createIdentities } from './identities.ts'
import { createKubernetesAuth } from './kubernetes-auth.ts'
import { createLogins } from './logins.ts'
import { createRotation } from './rotation.ts'
import { createSecretBatches } from './secret-batches.ts'
import { createSecrets } from './secrets.ts'
import { createSharing } from './sharing.ts'
import { createTenancy } from './tenancy.ts'

const project = z.object({
  id: z.string(),
  slug: z.string(),
  environments: listOf(z.object({ slug: z.string(), name: z.string() })),
})
const listedFolders = z.object({ folders: listOf(z.object({ name: z.string() })) })

/** A session of a user with an organisation selected; `admin` is the user's e-mail address. */
export function createSession(
  api: Api,
  token: Secret,
  organizationId: string,
  admin: string,
): InfisicalSession {
  const { looks: accessLooks, ...access } = createAccess(api, token)
  async function isThere(place: SecretPlace, name: string): Promise<boolean> {
    const { projectId, environment, path } = place
    const query = { projectId, environment, path }
    const call: Call = { method: 'GET', path: '/api/v2/folders', query, token }
    return (await api.expect(call, listedFolders)).folders.some(found => found.name === name)
  }
  return {
    organizationId,
    tenancy: createTenancy(api, token, organizationId, admin),
    kubernetesAuth: createKubernetesAuth(api, token),
    sharing: createSharing(api, token, organizationId),
    logins: createLogins(api, token),
    account: createAccount(api, token, organizationId, admin),
    rotation: createRotation(api, token),
    audit: createAudit(api, token, organizationId),
    batches: createSecretBatches(api, token),
    folderReading: createFolderReading(api, token),
    ...createIdentities(api, token, organizationId),
    ...access,
    ...createSecrets(api, token),

    async project(slug) {
      const call: Call = { method: 'GET', path: `/api/v1/projects/slug/${encodeURIComponent(slug)}`, token }
      return await api.find(call, project)
    },

    async createProject(projectName, slug) {
      const body = { projectName, slug, type: 'secret-manager' }
      const call: Call = { method: 'POST', path: '/api/v1/projects', body, token }
      return (await api.expect(call, z.object({ project }))).project
    },

    async createEnvironment(projectId, name, slug) {
      const path = `/api/v1/projects/${encodeURIComponent(projectId)}/environments`
      await api.expect({ method: 'POST', path, body: { name, slug }, token }, z.unknown())
    },

    looks: {
      ...accessLooks,
      async folder({ path: whole, ...place }) {
        for (const [path, name] of foldersOf(whole))
          if (!(await isThere({ ...place, path }, name))) return false
        return true
      },
    },

    async ensureFolder({ path: whole, ...rest }) {
      let made = false
      for (const [path, name] of foldersOf(whole)) {
        const place = { ...rest, path }
        // In a folder that was made just now there is none.
        if (!made && (await isThere(place, name))) continue
        const body = { ...place, name }
        await api.expect({ method: 'POST', path: '/api/v2/folders', body, token }, z.unknown())
        made = true
      }
      return made
    },
  }
}

/** The folders of an absolute path from the top, each as the path that it is in and its name. */
function foldersOf(path: string): [parent: string, name: string][] {
  const names = path.split('/').filter(Boolean)
  return names.map((name, depth) => [`/${names.slice(0, depth).join('/')}`, name])
}
