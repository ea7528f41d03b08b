import * as z from 'zod'
import { type FolderReading, Secret } from '../../kernel/ports/index.ts'
import { type Api, type Call, listOf } from './api.ts'

// A person's own value beside the shared one is read by that person alone.
const secret = z.object({
  secretKey: z.string(),
  secretValue: z.string(),
  type: z.string().default('shared'),
})
const isShared = ({ type }: z.infer<typeof secret>) => type !== 'personal'
const listed = z.object({
  secrets: listOf(secret.extend({ secretPath: z.string() })),
  imports: listOf(
    z.object({ environment: z.string(), secretPath: z.string(), secrets: listOf(secret) }),
  ).default([]),
})

/** Lists as External Secrets Operator does: `/api/v3/secrets/raw`, by the project's slug, with imports. */
export function createFolderReading(api: Api, token: Secret): FolderReading {
  return {
    async folder({ project, environment, path, recursive, expand }) {
      const query = {
        ...{ workspaceSlug: project, environment, secretPath: path, include_imports: 'true' },
        ...{ recursive: String(recursive), expandSecretReferences: String(expand) },
      }
      const call: Call = { method: 'GET', path: '/api/v3/secrets/raw', query, token, large: true }
      const found = await api.find(call, listed)
      if (found === undefined) return undefined
      const read = ({ secretKey: name, secretValue }: z.infer<typeof secret>) => ({
        ...{ name, value: new Secret(secretValue) },
      })
      return {
        own: found.secrets.filter(isShared).map(one => ({ ...read(one), path: one.secretPath })),
        imported: found.imports.map(one => ({
          ...{ environment: one.environment, path: one.secretPath },
          secrets: one.secrets.filter(isShared).map(read),
        })),
      }
    },
  }
}
