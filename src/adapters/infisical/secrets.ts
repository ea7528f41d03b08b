import * as z from 'zod'
import { type InfisicalSession, Secret, type SecretPlace } from '../../ports/index.ts'
import type { Api, Call } from './api.ts'

const read = z.object({ secret: z.object({ secretValue: z.string() }) })
// With an approval policy the server answers 200 and an `approval` instead: nothing has changed then.
const written = z.object({ secret: z.object({ secretKey: z.string() }) })

/**
 * Secrets by `/api/v3/secrets/raw`: the one way that servers of 2024 and of today share, and that ESO uses.
 * The server trims values, and keeps one final newline.
 */
export function createSecrets(
  api: Api,
  token: Secret,
): Pick<InfisicalSession, 'secret' | 'putSecret' | 'deleteSecret'> {
  return {
    async secret(place, name) {
      const query = { ...where(place), expandSecretReferences: 'false', include_imports: 'false' }
      const found = await api.find({ method: 'GET', path: path(name), query, token }, read)
      return found === undefined ? undefined : new Secret(found.secret.secretValue)
    },

    async putSecret(place, name, value) {
      const body = { ...where(place), secretValue: value.reveal(), type: 'shared' }
      const create: Call = { method: 'POST', path: path(name), body, token, secrets: [value] }
      const created = await api.expectUnless(create, /already exists/, written)
      if (created === undefined) await api.expect({ ...create, method: 'PATCH' }, written)
    },

    async deleteSecret(place, name) {
      const body = { ...where(place), type: 'shared' }
      await api.find({ method: 'DELETE', path: path(name), body, token }, z.unknown())
    },
  }
}

function where({ projectId, environment, path: secretPath }: SecretPlace): Record<string, string> {
  return { workspaceId: projectId, environment, secretPath }
}

function path(name: string): string {
  return `/api/v3/secrets/raw/${encodeURIComponent(name)}`
}
