import * as z from 'zod'
import { statusOf } from '../../kernel/access/index.ts'
import type { Secret, SecretPlace, Sharing } from '../../kernel/ports/index.ts'
import { type Api, type Call, isUnknownRoute, listOf } from './api.ts'

const organizations = z.object({
  organizations: listOf(
    z.object({ id: z.string(), allowCrossProjectSecretSharing: z.boolean().default(false) }),
  ),
})
// None may be left out: what is not listed would be made a second time.
const grants = z.object({
  grants: z.array(
    z
      .object({
        ...{ id: z.string(), sourceFolderId: z.string(), targetProjectId: z.string() },
        ...{ folderName: z.string(), environmentSlug: z.string() },
      })
      .transform(({ sourceFolderId: folderId, environmentSlug: environment, ...rest }) => ({
        ...{ ...rest, folderId, environment },
      })),
  ),
})
const imports = z.object({
  secretImports: z.array(
    z
      .object({ id: z.string(), importPath: z.string(), importEnv: z.object({ id: z.string() }) })
      .transform(({ id, importPath, importEnv }) => ({
        ...{ id, environmentId: importEnv.id, path: `/${importPath.split('/').filter(Boolean).join('/')}` },
      })),
  ),
})
const names = z.object({
  secrets: z.array(
    z
      .object({ secretKey: z.string(), secretPath: z.string() })
      .transform(({ secretKey: name, secretPath: path }) => ({ path, name })),
  ),
})

/** The requests behind {@link Sharing}: recorded in 2026-07-cross-project.json, but for those that say otherwise. */
export function createSharing(api: Api, token: Secret, organizationId: string): Sharing {
  const ask = async <T>(call: Omit<Call, 'token'>, shape: z.ZodType<T>) =>
    await api.expect({ ...call, token }, shape)
  const done = async (call: Omit<Call, 'token'>) => void (await ask(call, z.unknown()))
  const ofGrant = '/api/v1/project-folder-grants'
  const ofImport = '/api/v2/secret-imports'
  const where = ({ projectId, environment, path }: SecretPlace) => ({ projectId, environment, path })

  return {
    // The setting is recorded in the answer to its change; that the list has it, too, is upstream's of 2026-07.
    async isAllowed() {
      const { organizations: found } = await ask(
        { method: 'GET', path: '/api/v1/organization' },
        organizations,
      )
      return found.find(({ id }) => id === organizationId)?.allowCrossProjectSecretSharing ?? false
    },

    allow: () =>
      done({
        ...{ method: 'PATCH', path: `/api/v1/organization/${encodeURIComponent(organizationId)}` },
        body: { allowCrossProjectSecretSharing: true },
      }),

    async grants(sourceProjectId) {
      try {
        return (await ask({ method: 'GET', path: ofGrant, query: { sourceProjectId } }, grants)).grants
      } catch (error) {
        if (isUnknownRoute(error)) return undefined
        if (statusOf(error) === 403) return []
        throw error
      }
    },

    grant: ({ projectId, environment, path: secretPath }, targetProjectId) =>
      done({
        ...{ method: 'POST', path: ofGrant },
        body: { sourceProjectId: projectId, environment, secretPath, targetProjectId },
      }),

    revoke: (sourceProjectId, grantId) =>
      done({
        ...{ method: 'DELETE', path: `${ofGrant}/${encodeURIComponent(grantId)}` },
        ...{ query: { sourceProjectId }, body: { sourceProjectId } },
      }),

    // Not recorded, nor is removing one: their paths and shapes are those of upstream's secret-import-router (v2).
    async imports(place) {
      return (await ask({ method: 'GET', path: ofImport, query: where(place) }, imports)).secretImports
    },

    import: (place, { projectId: sourceProjectId, environment, path }) =>
      done({
        ...{ method: 'POST', path: ofImport },
        body: { ...where(place), import: { sourceProjectId, environment, path } },
      }),

    removeImport: (place, importId) =>
      done({
        ...{ method: 'DELETE', path: `${ofImport}/${encodeURIComponent(importId)}` },
        body: where(place),
      }),

    async namesBelow({ projectId, environment, path: secretPath }) {
      const all = { projectId, environment, secretPath, recursive: 'true' }
      const query = { ...all, viewSecretValue: 'false', includeImports: 'false' }
      return (await ask({ method: 'GET', path: '/api/v4/secrets', query }, names)).secrets
    },
  }
}
