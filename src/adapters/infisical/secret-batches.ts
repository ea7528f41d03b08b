import * as z from 'zod'
import { SealiftError } from '../../kernel/errors/index.ts'
import { Secret, type SecretBatches, type StoreReading } from '../../kernel/ports/index.ts'
import type { Api, Call } from './api.ts'

// A person's own value beside the shared one is nobody else's business.
const secret = z.object({
  secretKey: z.string(),
  secretValue: z.string(),
  type: z.string().default('shared'),
})
const listed = z.object({ secrets: z.array(secret) })
const withImports = listed.extend({ imports: z.array(listed).default([]) })
// With an approval policy the server answers 200 and an `approval` instead: nothing has changed then.
const written = z.union([
  z.object({ secrets: z.array(z.unknown()) }),
  z.object({ approval: z.looseObject({}) }),
])

/** Folders of secrets by v4, in batches; recorded is `mode: "upsert"`, which makes and changes. */
export function createSecretBatches(api: Api, token: Secret): SecretBatches {
  return {
    ...createStoreReading(api, token),

    async secretsIn({ projectId, environment, path: secretPath }) {
      const query = {
        ...{ projectId, environment, secretPath, viewSecretValue: 'true' },
        ...{ expandSecretReferences: 'false', includeImports: 'false' },
      }
      const call: Call = { method: 'GET', path: '/api/v4/secrets', query, token, large: true }
      const found = await api.find(call, listed)
      return found && byName(found.secrets)
    },

    async putSecrets({ projectId, environment, path: secretPath }, secrets) {
      const body = {
        ...{ projectId, environment, secretPath, mode: 'upsert' },
        secrets: secrets.map(({ name, value }) => ({ secretKey: name, secretValue: value.reveal() })),
      }
      const answer = await api.expect(
        {
          ...{ method: 'PATCH', path: '/api/v4/secrets/batch', body, token },
          secrets: secrets.map(({ value }) => value),
          large: true,
          naming: ([list, at]) => {
            const name = list === 'secrets' && typeof at === 'number' ? secrets[at]?.name : undefined
            return name === undefined ? undefined : `secret ${name}`
          },
        },
        written,
      )
      if ('approval' in answer) throw heldBack(secretPath)
    },
  }
}

/** Reads by the request that External Secrets Operator's provider sends for a whole folder. */
export function createStoreReading(api: Api, token: Secret): StoreReading {
  return {
    async readByStore({ project: workspaceSlug, environment, path: secretPath, expandSecretReferences }) {
      // As recorded of the operator, in its order; it asks for no folders below unless its store says so.
      const query = {
        ...{ workspaceSlug, environment, secretPath },
        ...{ expandSecretReferences: String(expandSecretReferences), include_imports: 'true' },
      }
      const call: Call = { method: 'GET', path: '/api/v3/secrets/raw', query, token, large: true }
      const found = await api.find(call, withImports)
      if (found === undefined) return undefined
      // The folder's own come first, and of imports the first that has a name.
      const imported = found.imports.toReversed().flatMap(({ secrets }) => secrets)
      return byName([...imported, ...found.secrets])
    },
  }
}

function byName(secrets: readonly z.infer<typeof secret>[]): ReadonlyMap<string, Secret> {
  const shared = secrets.filter(({ type }) => type !== 'personal')
  return new Map(shared.map(({ secretKey, secretValue }) => [secretKey, new Secret(secretValue)]))
}

function heldBack(path: string): SealiftError {
  return new SealiftError(
    'SERVER_FAILED',
    `an approval policy holds back what was to be written to ${path}: nothing of it has changed`,
    { hints: ['approve the request in Infisical, or take the policy away while secrets are moved in'] },
  )
}
