import * as z from 'zod'
import { keptValue } from '../../kernel/access/index.ts'
import { type InfisicalSession, Secret, type SecretPlace } from '../../kernel/ports/index.ts'
import { type Api, type Call, listOf } from './api.ts'

const read = z.object({ secret: z.object({ secretValue: z.string() }) })
const listed = z.object({ secrets: listOf(z.object({ secretKey: z.string() })) })
// With an approval policy the server answers 200 and an `approval` instead: nothing has changed then.
const written = z.object({ secret: z.object({ secretKey: z.string() }) })

/** Secrets by `/api/v3/secrets/raw`, the way that ESO takes; names by v4, which leaves the values out. */
export function createSecrets(
  api: Api,
  token: Secret,
): Pick<InfisicalSession, 'secret' | 'secretNames' | 'putSecret' | 'deleteSecret'> {
  async function secret(place: SecretPlace, name: string): Promise<Secret | undefined> {
    const query = { ...where(place), expandSecretReferences: 'false', include_imports: 'false' }
    const found = await api.find({ method: 'GET', path: path(name), query, token }, read)
    return found === undefined ? undefined : new Secret(found.secret.secretValue)
  }

  return {
    secret,

    async secretNames({ projectId, environment, path: secretPath }) {
      const query = { projectId, environment, secretPath, viewSecretValue: 'false', includeImports: 'false' }
      const call: Call = { method: 'GET', path: '/api/v4/secrets', query, token }
      return (await api.expect(call, listed)).secrets.map(({ secretKey }) => secretKey)
    },

    async putSecret(place, name, value) {
      const before = await secret(place, name)
      if (before?.reveal() === keptValue(value.reveal())) return false
      const body = { ...where(place), secretValue: value.reveal(), type: 'shared' }
      const method = before === undefined ? 'POST' : 'PATCH'
      const secrets = before === undefined ? [value] : [value, before]
      await api.expect({ method, path: path(name), body, token, secrets }, written)
      return true
    },

    async deleteSecret(place, name) {
      if ((await secret(place, name)) === undefined) return false
      const body = { ...where(place), type: 'shared' }
      await api.expect({ method: 'DELETE', path: path(name), body, token }, z.unknown())
      return true
    },
  }
}

function where({ projectId, environment, path: secretPath }: SecretPlace): Record<string, string> {
  return { workspaceId: projectId, environment, secretPath }
}

function path(name: string): string {
  return `/api/v3/secrets/raw/${encodeURIComponent(name)}`
}
