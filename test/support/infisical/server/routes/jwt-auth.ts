import { isIPv4 } from 'node:net'
import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { issueToken, type TokenSettings, tokenSettings } from '../identity-token.ts'
import { type Bounds, checkClaims, verifyWithKeys } from '../jwt.ts'
import { type Route, route } from '../router.ts'
import { identityById } from './identities.ts'

interface JwtAuth extends TokenSettings, Bounds {
  readonly id: string
  readonly identityId: string
  readonly configurationType: string
  readonly jwksUrl: string
  readonly jwksCaCert: string
  readonly publicKeys: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const isPrivate = (host: string) =>
  host === 'localhost' || (isIPv4(host) && /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\./.test(host))

/** JWT auth with static keys, and the ways to log in that a disconnected server cannot be given. */
export function jwtAuthRoutes(context: Context): Route[] {
  const { db } = context

  const attach: Route['answer'] = async call => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const identity = await identityById(db, orgId, call.param('identityId'))
    const fields = new Fields(call.body)
    const settings = tokenSettings(fields, call.body)
    const configurationType = fields.string('configurationType')
    const publicKeys = call.body['publicKeys'] ?? []
    if (configurationType !== 'static' || !Array.isArray(publicKeys) || publicKeys.length === 0) {
      const message = 'The stand-in knows only the configuration "static" with public keys'
      fields.fault({ code: 'custom', message, path: ['configurationType'] })
    }
    const texts = ['jwksUrl', 'jwksCaCert', 'boundIssuer', 'boundAudiences', 'boundSubject']
    const row = Object.fromEntries(texts.map(name => [name, fields.string(name, '')]))
    fields.done()
    if (await db.first('SELECT id FROM identity_jwt_auths WHERE "identityId" = $1', [identity.id])) {
      throw badRequest('Failed to add JWT Auth to already configured identity')
    }
    const boundClaims = call.body['boundClaims'] ?? {}
    const full = { ...settings, ...row, identityId: identity.id, configurationType, publicKeys, boundClaims }
    return { identityJwtAuth: await db.insert<JwtAuth>('identity_jwt_auths', full) }
  }

  const login: Route['answer'] = async ({ body }) => {
    const fields = new Fields(body)
    const [identityId, jwt] = [fields.string('identityId'), fields.string('jwt')]
    fields.done()
    const auth = await db.first<JwtAuth & { name: string; orgId: string }>(
      `SELECT a.*, i.name, i."orgId" FROM identity_jwt_auths a JOIN identities i ON i.id = a."identityId"
        WHERE i.id::text = $1`,
      [identityId],
    )
    if (!auth) throw unauthorized('Invalid credentials')
    const claims = verifyWithKeys(jwt, auth.publicKeys)
    if (typeof claims === 'string')
      throw unauthorized(`Access denied: JWT verification failed with all keys. Errors - ${claims}`)
    const fault = checkClaims(claims, auth)
    if (fault) throw unauthorized(`Access denied: ${fault}`)
    const identity = { id: auth.identityId, name: auth.name, orgId: auth.orgId }
    return issueToken(context, identity, auth, { authMethod: 'jwt-auth', clientSecretId: '' })
  }

  const attachOidc: Route['answer'] = async call => {
    await authenticateOrgAdmin(context, call)
    // The real server fetches the discovery document here; offline that is its plain 500.
    throw new Error('the OIDC discovery document cannot be fetched')
  }

  const attachKubernetes: Route['answer'] = async call => {
    await authenticateOrgAdmin(context, call)
    const fields = new Fields(call.body)
    const host = fields.string('kubernetesHost')
    fields.done()
    const name = URL.canParse(host) ? new URL(host).hostname : host
    if (isPrivate(name)) throw badRequest('Local IPs not allowed as URL')
    // No name is resolved here: a disconnected server finds none but private ones either.
    const reason = `getaddrinfo ENOTFOUND ${name}`
    throw badRequest(
      `Failed to connect to Kubernetes host at ${host}: ${reason}`,
      'KubernetesHostConnectionError',
    )
  }

  return [
    route('POST', '/api/v1/auth/jwt-auth/login', login),
    route('POST', '/api/v1/auth/jwt-auth/identities/:identityId', attach),
    route('POST', '/api/v1/auth/oidc-auth/identities/:identityId', attachOidc),
    route('POST', '/api/v1/auth/kubernetes-auth/identities/:identityId', attachKubernetes),
  ]
}
