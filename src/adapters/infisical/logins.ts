import * as z from 'zod'
import type { Login, LoginServer, Secret } from '../../kernel/ports/index.ts'
import type { Api, Call } from './api.ts'

const list = z
  .string()
  .nullish()
  .transform(text => (text ? text.split(',').map(one => one.trim()) : []))
const rules = {
  boundIssuer: z.string().nullish(),
  boundAudiences: list,
  boundSubject: z.string().nullish(),
  boundClaims: z.record(z.string(), list).nullish(),
  accessTokenTTL: z.number(),
  accessTokenMaxTTL: z.number(),
}
const oidc = z.object({
  identityOidcAuth: z.object({ ...rules, oidcDiscoveryUrl: z.string(), caCert: z.string().nullish() }),
})
const jwt = z.object({
  identityJwtAuth: z.object({ ...rules, publicKeys: z.array(z.string()).nullish() }),
})

type Rules = z.infer<z.ZodObject<typeof rules>>
const rulesOf = (auth: Rules) => ({
  issuer: auth.boundIssuer ?? '',
  audiences: auth.boundAudiences,
  subject: auth.boundSubject ?? '',
  claims: auth.boundClaims ?? {},
  ttl: auth.accessTokenTTL,
  maxTtl: auth.accessTokenMaxTTL,
})

/**
 * OIDC auth and JWT auth. Recorded are attaching and logging in; reading, changing and revoking are not: their paths and
 * shapes are those of upstream's identity-oidc-auth-router and identity-jwt-auth-router (v1) of 2026-07.
 */
export function createLogins(api: Api, token: Secret): LoginServer {
  const pathOf = (identityId: string, kind: Login['kind']) =>
    `/api/v1/auth/${kind}-auth/identities/${encodeURIComponent(identityId)}`
  const send = async (method: Call['method'], identityId: string, login: Login) => {
    const call = { method, path: pathOf(identityId, login.kind), body: bodyOf(login), token }
    await api.expect(call, z.unknown())
  }
  return {
    async get(identityId, kind) {
      const call = { method: 'GET', path: pathOf(identityId, kind), token } as const
      if (kind === 'jwt') {
        const { identityJwtAuth: auth } = await api.expect(call, jwt)
        return { kind, ...rulesOf(auth), keys: (auth.publicKeys ?? []).filter(key => key !== '') }
      }
      const { identityOidcAuth: auth } = await api.expect(call, oidc)
      return { kind, ...rulesOf(auth), discovery: auth.oidcDiscoveryUrl, ca: auth.caCert ?? '' }
    },
    attach: (identityId, login) => send('POST', identityId, login),
    change: (identityId, login) => send('PATCH', identityId, login),
    async revoke(identityId, kind) {
      await api.expect({ method: 'DELETE', path: pathOf(identityId, kind), token }, z.unknown())
    },
  }
}

function bodyOf(login: Login): object {
  const { issuer, audiences, subject, claims, ttl, maxTtl } = login
  const joined = (texts: readonly string[]) => texts.join(', ')
  const bounds = {
    boundIssuer: issuer,
    boundAudiences: joined(audiences),
    boundSubject: subject,
    boundClaims: Object.fromEntries(Object.entries(claims).map(([name, texts]) => [name, joined(texts)])),
    accessTokenTTL: ttl,
    accessTokenMaxTTL: maxTtl,
  }
  return login.kind === 'jwt'
    ? { configurationType: 'static', publicKeys: login.keys, ...bounds }
    : { oidcDiscoveryUrl: login.discovery, caCert: login.ca, ...bounds }
}
