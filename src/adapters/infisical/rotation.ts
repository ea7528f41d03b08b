import * as z from 'zod'
import type { RotationServer, Secret } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'

// Recorded is no `actor`; upstream's schema of a secret (sanitizedSchemas, 2026-07) has one in some answers.
const actor = z
  .object({ name: z.string().optional().catch(undefined), actorType: z.string().optional().catch(undefined) })
  .optional()
  .catch(undefined)
const listed = z.object({
  secrets: z.array(
    z.object({
      secretKey: z.string(),
      secretPath: z.string(),
      version: z.number(),
      updatedAt: z.iso.datetime({ offset: true }),
      actor,
    }),
  ),
})
// With an approval policy the server answers 200 and an `approval` instead: nothing has changed then.
const changed = z.object({ secrets: z.array(z.object({ secretKey: z.string() })) })

/** The requests behind {@link RotationServer}. */
export function createRotation(api: Api, token: Secret): RotationServer {
  return {
    async ages(projectId, environment) {
      const where = { projectId, environment, secretPath: '/', recursive: 'true' }
      const query = { ...where, viewSecretValue: 'false', includeImports: 'false' }
      const { secrets } = await api.expect({ method: 'GET', path: '/api/v4/secrets', query, token }, listed)
      return secrets.map(({ secretKey, secretPath, version, updatedAt, actor }) => {
        const by = actor?.name ?? actor?.actorType
        return {
          ...{ name: secretKey, path: `/${secretPath.split('/').filter(Boolean).join('/')}`, version },
          changedAt: Date.parse(updatedAt),
          ...(by === undefined ? {} : { by }),
        }
      })
    },

    async putTogether({ projectId, environment, path: secretPath }, values) {
      const secrets = Object.entries(values).map(([secretKey, value]) => ({
        ...{ secretKey, secretValue: value.reveal() },
      }))
      const body = { projectId, environment, secretPath, secrets }
      const call = { method: 'PATCH', path: '/api/v4/secrets/batch', body, token } as const
      await api.expect({ ...call, secrets: Object.values(values) }, changed)
    },
  }
}
