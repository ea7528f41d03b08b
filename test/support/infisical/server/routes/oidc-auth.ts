import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, forbidden, notFound, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { issueToken, type TokenSettings, tokenSettings } from '../identity-token.ts'
import { type Bounds, boundsOf, checkClaims, verifyWithKeys } from '../jwt.ts'
import { allowedAddress, fetchOutside } from '../outside.ts'
import { type Call, type Route, route } from '../router.ts'
import { identityById } from './identities.ts'

interface OidcAuth extends TokenSettings, Bounds {
  readonly id: string
  readonly identityId: string
  readonly oidcDiscoveryUrl: string
  readonly caCert: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

const columns = [
  ...['accessTokenTTL', 'accessTokenMaxTTL', 'accessTokenNumUsesLimit', 'oidcDiscoveryUrl', 'caCert'],
  ...['boundIssuer', 'boundAudiences', 'boundSubject', 'boundClaims'],
] as const

const view = ({ accessTokenPeriod: _, ...auth }: OidcAuth) => ({ ...auth, claimMetadataMapping: null })

/** OIDC auth: tokens of an issuer that is asked for its keys, over TLS, at every login. */
export function oidcAuthRoutes(context: Context): Route[] {
  const { db, config } = context
  const path = '/api/v1/auth/oidc-auth/identities/:identityId'

  const find = async (call: Call) => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const identity = await identityById(db, orgId, call.param('identityId'))
    const sql = 'SELECT * FROM identity_oidc_auths WHERE "identityId" = $1'
    return { identity, auth: await db.first<OidcAuth>(sql, [identity.id]) }
  }
  const existing = async (call: Call) => {
    const { auth } = await find(call)
    if (auth === undefined) throw badRequest('The identity does not have OIDC Auth attached')
    return auth
  }
  const read = (body: Call['body'], settingsGiven: Call['body']) => {
    const fields = new Fields(body)
    const settings = tokenSettings(fields, settingsGiven)
    const oidcDiscoveryUrl = fields.string('oidcDiscoveryUrl')
    const caCert = fields.string('caCert', '')
    const bounds = boundsOf(name => fields.string(name, ''), body['boundClaims'])
    if (oidcDiscoveryUrl !== undefined && !URL.canParse(oidcDiscoveryUrl))
      fields.fault({ code: 'invalid_string', message: 'Invalid url', path: ['oidcDiscoveryUrl'] })
    fields.done()
    return { ...settings, ...bounds, oidcDiscoveryUrl, caCert }
  }

  const attach: Route['answer'] = async call => {
    const row = read(call.body, call.body)
    const { identity, auth } = await find(call)
    if (auth) throw badRequest('Failed to add OIDC Auth to already configured identity')
    await allowedAddress(row.oidcDiscoveryUrl, config)
    const made = await db.insert<OidcAuth>('identity_oidc_auths', { ...row, identityId: identity.id })
    return { identityOidcAuth: view(made) }
  }

  const change: Route['answer'] = async call => {
    const auth = await existing(call)
    const row = read({ ...auth, ...call.body }, call.body)
    await allowedAddress(row.oidcDiscoveryUrl, config)
    const set = columns.map((name, i) => `"${name}" = $${i + 2}`).join(', ')
    const sql = `UPDATE identity_oidc_auths SET ${set}, "updatedAt" = now() WHERE id = $1 RETURNING *`
    const changed = await db.first<OidcAuth>(sql, [auth.id, ...columns.map(name => row[name])])
    return { identityOidcAuth: view(changed ?? auth) }
  }

  const revoke: Route['answer'] = async call => {
    const auth = await existing(call)
    await db.all('DELETE FROM identity_oidc_auths WHERE id = $1', [auth.id])
    return { identityOidcAuth: view(auth) }
  }

  /** Keys of the issuer as PEM: asked for anew each time. */
  const keysOf = async ({ oidcDiscoveryUrl, caCert }: OidcAuth): Promise<string[]> => {
    try {
      const url = `${oidcDiscoveryUrl}/.well-known/openid-configuration`
      const document = (await fetchOutside(url, caCert, config)) as { jwks_uri: string }
      const { keys } = (await fetchOutside(document.jwks_uri, caCert, config)) as { keys: JsonWebKey[] }
      return keys.map(key =>
        createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString(),
      )
    } catch (error) {
      const said = `Failed to fetch OIDC discovery document from ${oidcDiscoveryUrl}. ${(error as Error).message}`
      throw unauthorized(`Access denied: ${said}`)
    }
  }

  const login: Route['answer'] = async ({ body }) => {
    const fields = new Fields(body)
    const [identityId, jwt] = [fields.string('identityId'), fields.string('jwt')]
    fields.done()
    const auth = await db.first<OidcAuth & { name: string; orgId: string }>(
      `SELECT a.*, i.name, i."orgId" FROM identity_oidc_auths a JOIN identities i ON i.id = a."identityId"
        WHERE i.id::text = $1`,
      [identityId],
    )
    if (!auth) throw notFound('OIDC auth method not found for identity, did you configure OIDC auth?')
    const claims = verifyWithKeys(jwt, await keysOf(auth))
    if (typeof claims === 'string') throw unauthorized(`Access denied: ${claims}`)
    const unmet = checkClaims(claims, auth)
    if (unmet?.bound === 'issuer')
      throw unauthorized(`Access denied: jwt issuer invalid. expected: ${auth.boundIssuer}`)
    if (unmet?.bound === 'subject') throw forbidden('Access denied: OIDC subject not allowed.')
    if (unmet?.bound === 'claim' && unmet.missing)
      throw unauthorized(`Access denied: token has no ${unmet.name} field`)
    if (unmet) throw unauthorized(`Access denied: OIDC ${unmet.bound} not allowed.`)
    const identity = { id: auth.identityId, name: auth.name, orgId: auth.orgId }
    return issueToken(context, identity, auth, { authMethod: 'oidc-auth', clientSecretId: '' })
  }

  return [
    route('POST', '/api/v1/auth/oidc-auth/login', login),
    route('POST', path, attach),
    route('PATCH', path, change),
    route('GET', path, async call => ({ identityOidcAuth: view(await existing(call)) })),
    route('DELETE', path, revoke),
  ]
}
