import * as z from 'zod'
import {
  type Clock,
  type Haste,
  type Infisical,
  type Organization,
  Secret,
} from '../../kernel/ports/index.ts'
import { type Api, createApi, failure, listOf } from './api.ts'
import { createStoreReading } from './secret-batches.ts'
import { createSession } from './session.ts'
import { createTrial } from './trial.ts'

/** Where the server is. */
export interface InfisicalOptions extends Haste {
  /** `http://127.0.0.1:41235`, without `/api`. */
  readonly baseUrl: string
  readonly clock: Clock
}

/** Infisical's API of 2026-07 as recorded in test/fixtures/infisical-contract. */
export function createInfisical({ baseUrl, clock, ...haste }: InfisicalOptions): Infisical {
  const api = createApi(baseUrl, clock, haste)
  return {
    async status() {
      await api.expect({ method: 'GET', path: '/api/status' }, z.object({ message: z.string() }))
      const { config } = await api.expect(
        { method: 'GET', path: '/api/v1/admin/config' },
        z.object({ config: z.object({ initialized: z.boolean() }) }),
      )
      return { initialized: config.initialized }
    },

    // The answer also has the identity's token. It is left alone: it never expires, so servers of today refuse it.
    async bootstrap(email, password, organization) {
      const answer = await api.expect(
        {
          method: 'POST',
          path: '/api/v1/admin/bootstrap',
          body: { email, password: password.reveal(), organization },
          secrets: [password],
        },
        z.object({ organization: z.object({ id: z.string() }), identity: z.object({ id: z.string() }) }),
      )
      return { organizationId: answer.organization.id, identityId: answer.identity.id }
    },

    async login(email, password, organizationId) {
      const user = await logIn(api, email, password)
      const organization = organizationId ?? (await firstOrganization(api, user))
      const { token } = await selectOrganization(api, user, organization)
      return createSession(api, new Secret(token), organization, email)
    },

    organizations: async (email, password) => await organizations(api, await logIn(api, email, password)),

    async loginIdentity({ clientId, clientSecret }) {
      const { accessToken } = await api.expect(
        {
          method: 'POST',
          path: '/api/v1/auth/universal-auth/login',
          body: { clientId, clientSecret: clientSecret.reveal() },
          secrets: [clientSecret],
        },
        z.object({ accessToken: z.string() }),
      )
      return new Secret(accessToken)
    },

    trying: token => createTrial(api, token),
    reading: token => createStoreReading(api, token),
  }
}

async function logIn(api: Api, email: string, password: Secret): Promise<Secret> {
  const body = { email, password: password.reveal() }
  const call = { method: 'POST', path: '/api/v3/auth/login', body, secrets: [password] } as const
  return new Secret((await api.expect(call, z.object({ accessToken: z.string() }))).accessToken)
}

// Of a user without one selected.
const list = { method: 'GET', path: '/api/v1/organization' } as const
const organization = z.object({ id: z.string().min(1), name: z.string().catch('') })

async function organizations(api: Api, token: Secret): Promise<readonly Organization[]> {
  return (await api.expect({ ...list, token }, z.object({ organizations: listOf(organization) })))
    .organizations
}

async function firstOrganization(api: Api, token: Secret): Promise<string> {
  const [first] = await organizations(api, token)
  if (first === undefined) throw failure(list, 200, 'this user has no organisation')
  return first.id
}

async function selectOrganization(
  api: Api,
  token: Secret,
  organizationId: string,
): Promise<{ token: string }> {
  const call = {
    method: 'POST',
    path: '/api/v3/auth/select-organization',
    body: { organizationId },
    token,
  } as const
  const answer = await api.expect(call, z.object({ token: z.string(), isMfaEnabled: z.boolean().optional() }))
  if (answer.isMfaEnabled)
    throw failure(call, 200, 'the admin has a second factor, which Sealift cannot give').with({
      hints: ['Give Sealift a user of its own, an admin of the organisation without a second factor.'],
    })
  return answer
}
