import * as z from 'zod'
import { type InfisicalSession, Secret } from '../../ports/index.ts'
import type { Api, Call } from './api.ts'
import { createSecrets } from './secrets.ts'

const project = z.object({
  id: z.string(),
  slug: z.string(),
  environments: z.array(z.object({ slug: z.string(), name: z.string() })),
})
const withId = z.object({ id: z.string() })
const listedIdentities = z.object({
  identities: z.array(z.object({ identity: z.object({ id: z.string(), name: z.string() }) })),
})
// Listing and revoking are not in the recording; their shapes are those of upstream's universal-auth router.
const listedSecrets = z.object({
  clientSecretData: z.array(
    z.object({
      id: z.string(),
      description: z.string().nullish(),
      isClientSecretRevoked: z.boolean().optional(),
    }),
  ),
})
const universalAuth = z.object({ identityUniversalAuth: z.object({ clientId: z.string() }) })

/** A session of a user with an organisation selected. */
export function createSession(api: Api, token: Secret, organizationId: string): InfisicalSession {
  const ensure = async (call: Call, fineWhen?: RegExp): Promise<void> => {
    if (fineWhen === undefined) await api.expect({ ...call, token }, z.unknown())
    else await api.expectUnless({ ...call, token }, fineWhen, z.unknown())
  }

  return {
    organizationId,
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

    createEnvironment: (projectId, name, slug) =>
      ensure({
        method: 'POST',
        path: `/api/v1/projects/${encodeURIComponent(projectId)}/environments`,
        body: { name, slug },
      }),

    async ensureFolder({ projectId, environment, path }) {
      const names = path.split('/').filter(Boolean)
      for (const [depth, name] of names.entries())
        await ensure(
          {
            method: 'POST',
            path: '/api/v2/folders',
            body: { projectId, environment, name, path: `/${names.slice(0, depth).join('/')}` },
          },
          /already exists/,
        )
    },

    async identity(name) {
      const call: Call = {
        method: 'GET',
        path: '/api/v1/identities',
        query: { orgId: organizationId },
        token,
      }
      const { identities } = await api.expect(call, listedIdentities)
      return identities.find(({ identity }) => identity.name === name)?.identity.id
    },

    async createIdentity(name) {
      const body = { name, organizationId, role: 'no-access' }
      const call: Call = { method: 'POST', path: '/api/v1/identities', body, token }
      return (await api.expect(call, z.object({ identity: withId }))).identity.id
    },

    async attachUniversalAuth(identityId) {
      const path = authPath(identityId)
      // ESO logs in anew for every reconcile: a token need not outlive the hour.
      const body = { accessTokenTTL: 3600, accessTokenMaxTTL: 86_400 }
      const call: Call = { method: 'POST', path, body, token }
      const again: Call = { method: 'GET', path, token }
      const answer = await api.expectUnless(call, /already configured/, universalAuth)
      return (answer ?? (await api.expect(again, universalAuth))).identityUniversalAuth.clientId
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
        .filter(({ description, isClientSecretRevoked }) => description === wanted && !isClientSecretRevoked)
        .map(({ id }) => id)
    },

    revokeClientSecret: (identityId, id) =>
      ensure({
        method: 'POST',
        path: `${authPath(identityId)}/client-secrets/${encodeURIComponent(id)}/revoke`,
      }),

    addToProject: (projectId, identityId, role) =>
      ensure(
        {
          method: 'POST',
          path: `/api/v2/workspace/${encodeURIComponent(projectId)}/identity-memberships/${encodeURIComponent(identityId)}`,
          body: { role },
        },
        /already a member|already exists/,
      ),

    addPrivilege: (projectId, identityId, slug, permissions) =>
      ensure(
        {
          method: 'POST',
          path: '/api/v2/identity-project-additional-privilege',
          body: { identityId, projectId, slug, type: { isTemporary: false }, permissions },
        },
        /already exists/,
      ),
  }
}

const authPath = (identityId: string) =>
  `/api/v1/auth/universal-auth/identities/${encodeURIComponent(identityId)}`
