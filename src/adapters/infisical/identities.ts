import * as z from 'zod'
import { type Identity, type InfisicalSession, Secret } from '../../kernel/ports/index.ts'
import { type Api, type Call, isUnknownRoute } from './api.ts'

const searched = z.object({
  identities: z.array(
    z.object({
      role: z.string(),
      identity: z.object({ id: z.string(), name: z.string(), authMethods: z.array(z.string()) }),
    }),
  ),
})
const created = z.object({
  identity: z.object({ id: z.string(), authMethods: z.array(z.string()).default([]) }),
})
const listedSecrets = z.object({
  clientSecretData: z.array(
    z.object({
      id: z.string(),
      description: z.string().optional().catch(undefined),
      isClientSecretRevoked: z.boolean().optional(),
    }),
  ),
})
const listedTokens = z.object({
  tokens: z.array(z.object({ id: z.string(), isAccessTokenRevoked: z.boolean() })),
})
const universalAuth = z.object({ identityUniversalAuth: z.object({ clientId: z.string() }) })

type Identities = Pick<
  InfisicalSession,
  | 'identities'
  | 'createIdentity'
  | 'deleteIdentity'
  | 'revokeTokens'
  | 'attachUniversalAuth'
  | 'createClientSecret'
  | 'clientSecrets'
  | 'revokeClientSecret'
  | 'clearLockouts'
>

// How many the server gives at once, at most.
const page = 100

/** Machine identities, and their ways to log in. */
export function createIdentities(api: Api, token: Secret, organizationId: string): Identities {
  return {
    async identities(name) {
      // `$eq` is exact where the name's letters are alike as well; that is not left to the server.
      const body = { search: { name: { $eq: name } }, limit: page }
      const call: Call = { method: 'POST', path: '/api/v1/identities/search', body, token }
      const { identities } = await api.expect(call, searched)
      return identities
        .filter(({ identity }) => identity.name === name)
        .map(({ role, identity: { id, authMethods } }): Identity => ({ id, role, authMethods }))
    },

    async createIdentity(name) {
      const role = 'no-access'
      const body = { name, organizationId, role }
      const call: Call = { method: 'POST', path: '/api/v1/identities', body, token }
      const { id, authMethods } = (await api.expect(call, created)).identity
      return { id, role, authMethods }
    },

    async deleteIdentity(identityId) {
      const path = `/api/v1/identities/${encode(identityId)}`
      const call: Call = { method: 'DELETE', path, token, unbroken: true }
      return (await api.find(call, z.object({ identity: z.unknown() }))) !== undefined
    },

    // Not recorded: the paths and shapes are those of upstream's identity-token-auth-router of 2026-07.
    async revokeTokens(identityId) {
      const base = '/api/v1/auth/token-auth'
      const path = `${base}/identities/${encode(identityId)}/tokens`
      const query = { limit: String(page) }
      const { tokens } = await api.expect({ method: 'GET', path, query, token }, listedTokens)
      const good = tokens.filter(({ isAccessTokenRevoked }) => !isAccessTokenRevoked)
      for (const { id } of good)
        await api.expect({ method: 'POST', path: `${base}/tokens/${encode(id)}/revoke`, token }, z.unknown())
      return good.length
    },

    async attachUniversalAuth({ id, authMethods }) {
      const path = authPath(id)
      // ESO logs in anew for every reconcile: a token need not outlive the hour.
      const body = { accessTokenTTL: 3600, accessTokenMaxTTL: 86_400 }
      const call: Call = authMethods.includes('universal-auth')
        ? { method: 'GET', path, token }
        : { method: 'POST', path, body, token }
      return (await api.expect(call, universalAuth)).identityUniversalAuth.clientId
    },

    async createClientSecret(identityId, description) {
      const path = `${authPath(identityId)}/client-secrets`
      const call: Call = { method: 'POST', path, body: { description }, token }
      return new Secret((await api.expect(call, z.object({ clientSecret: z.string() }))).clientSecret)
    },

    async clientSecrets(identityId, wanted) {
      const call: Call = { method: 'GET', path: `${authPath(identityId)}/client-secrets`, token }
      const { clientSecretData } = await api.expect(call, listedSecrets)
      return clientSecretData
        .filter(({ isClientSecretRevoked }) => !isClientSecretRevoked)
        .filter(({ description }) => wanted === undefined || description === wanted)
        .map(({ id }) => id)
    },

    async revokeClientSecret(identityId, id) {
      const path = `${authPath(identityId)}/client-secrets/${encode(id)}/revoke`
      await api.expect({ method: 'POST', path, token }, z.unknown())
    },

    // Not recorded: the path is that of upstream's identity-universal-auth-router of 2026-07.
    async clearLockouts(identityId) {
      const path = `${authPath(identityId)}/clear-lockouts`
      try {
        await api.expect({ method: 'POST', path, token }, z.unknown())
      } catch (error) {
        // A server that knows no such request locks nobody out.
        if (!isUnknownRoute(error)) throw error
      }
    },
  }
}

const encode = encodeURIComponent
const authPath = (identityId: string) => `/api/v1/auth/universal-auth/identities/${encode(identityId)}`
