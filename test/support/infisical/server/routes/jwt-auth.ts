import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, forbidden, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { issueToken, type TokenSettings, tokenSettings } from '../identity-token.ts'
import { type Bounds, boundsOf, checkClaims, verifyWithKeys } from '../jwt.ts'
import { type Call, type Route, route } from '../router.ts'
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

const columns = [
  ...['accessTokenTTL', 'accessTokenMaxTTL', 'accessTokenNumUsesLimit', 'publicKeys'],
  ...['boundIssuer', 'boundAudiences', 'boundSubject', 'boundClaims'],
] as const

/** JWT auth with static keys, and the ways to log in that a disconnected server cannot be given. */
export function jwtAuthRoutes(context: Context): Route[] {
  const { db } = context
  const path = '/api/v1/auth/jwt-auth/identities/:identityId'

  const find = async (call: Call) => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const identity = await identityById(db, orgId, call.param('identityId'))
    const sql = 'SELECT * FROM identity_jwt_auths WHERE "identityId" = $1'
    return { identity, auth: await db.first<JwtAuth>(sql, [identity.id]) }
  }
  const existing = async (call: Call) => {
    const { auth } = await find(call)
    if (auth === undefined) throw badRequest('The identity does not have JWT Auth attached')
    return auth
  }
  const read = (body: Call['body'], settingsGiven: Call['body']) => {
    const fields = new Fields(body)
    const settings = tokenSettings(fields, settingsGiven)
    const configurationType = fields.string('configurationType')
    const publicKeys = body['publicKeys'] ?? []
    if (configurationType !== 'static' || !Array.isArray(publicKeys) || publicKeys.length === 0) {
      const message = 'The stand-in knows only the configuration "static" with public keys'
      fields.fault({ code: 'custom', message, path: ['configurationType'] })
    }
    const [jwksUrl, jwksCaCert] = [fields.string('jwksUrl', ''), fields.string('jwksCaCert', '')]
    const bounds = boundsOf(name => fields.string(name, ''), body['boundClaims'])
    fields.done()
    return { ...settings, ...bounds, jwksUrl, jwksCaCert, configurationType, publicKeys }
  }

  const attach: Route['answer'] = async call => {
    const { identity, auth } = await find(call)
    const row = read(call.body, call.body)
    if (auth) throw badRequest('Failed to add JWT Auth to already configured identity')
    return {
      identityJwtAuth: await db.insert<JwtAuth>('identity_jwt_auths', { ...row, identityId: identity.id }),
    }
  }

  const change: Route['answer'] = async call => {
    const auth = await existing(call)
    const row = read({ ...auth, ...call.body }, call.body)
    const set = columns.map((name, i) => `"${name}" = $${i + 2}`).join(', ')
    const sql = `UPDATE identity_jwt_auths SET ${set}, "updatedAt" = now() WHERE id = $1 RETURNING *`
    const values = { ...row, publicKeys: JSON.stringify(row.publicKeys) }
    return { identityJwtAuth: await db.first(sql, [auth.id, ...columns.map(name => values[name])]) }
  }

  const revoke: Route['answer'] = async call => {
    const auth = await existing(call)
    await db.all('DELETE FROM identity_jwt_auths WHERE id = $1', [auth.id])
    return { identityJwtAuth: auth }
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
    const unmet = checkClaims(claims, auth)
    if (unmet?.bound === 'issuer') throw forbidden('Access denied: issuer mismatch')
    if (unmet?.bound === 'subject') throw forbidden('Access denied: subject not allowed')
    if (unmet?.bound === 'audience') throw unauthorized('Access denied: token audience not allowed')
    if (unmet?.missing) throw unauthorized(`Access denied: token has no ${unmet.name} field`)
    if (unmet) throw unauthorized(`Access denied: claim mismatch for field ${unmet.name}`)
    const identity = { id: auth.identityId, name: auth.name, orgId: auth.orgId }
    return issueToken(context, identity, auth, { authMethod: 'jwt-auth', clientSecretId: '' })
  }

  return [
    route('POST', '/api/v1/auth/jwt-auth/login', login),
    route('POST', path, attach),
    route('PATCH', path, change),
    route('GET', path, async call => ({ identityJwtAuth: await existing(call) })),
    route('DELETE', path, revoke),
  ]
}
