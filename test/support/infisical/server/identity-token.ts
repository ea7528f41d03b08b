import type { Context } from './context.ts'
import { badRequest } from './errors.ts'
import type { Fields } from './fields.ts'
import { now, sign } from './tokens.ts'

/** The settings of access tokens that every way to log in has; seconds. */
export interface TokenSettings {
  readonly accessTokenTTL: number
  readonly accessTokenMaxTTL: number
  readonly accessTokenNumUsesLimit: number
  readonly accessTokenPeriod: number
  readonly accessTokenTrustedIps: unknown
}

const anywhere = [
  { type: 'ipv4', prefix: 0, ipAddress: '0.0.0.0' },
  { type: 'ipv6', prefix: 0, ipAddress: '::' },
]

/** Trusted addresses: without a licence only "everywhere". @throws ApiError 400 */
export function trustedIps(fields: Fields, name: string, given: boolean) {
  const open = ['0.0.0.0/0', '0.0.0.0', '::/0', '::']
  if (given && !fields.objects(name).every(ip => open.includes(String(ip['ipAddress'])))) {
    const text = 'Failed to add IP access range to access token due to plan restriction.'
    throw badRequest(`${text} Upgrade plan to add IP access range.`)
  }
  return anywhere
}

/** Reads {@link TokenSettings} of a body, 30 days by default. */
export function tokenSettings(fields: Fields, body: Readonly<Record<string, unknown>>): TokenSettings {
  const accessTokenTTL = fields.number('accessTokenTTL', 2_592_000)
  const accessTokenMaxTTL = fields.number('accessTokenMaxTTL', 2_592_000)
  if (accessTokenTTL > accessTokenMaxTTL) {
    const message = 'Access Token TTL cannot be greater than Access Token Max TTL.'
    fields.fault({ code: 'custom', message, path: ['accessTokenTTL'] })
  }
  return {
    accessTokenTTL,
    accessTokenMaxTTL,
    accessTokenNumUsesLimit: fields.number('accessTokenNumUsesLimit', 0),
    accessTokenPeriod: fields.number('accessTokenPeriod', 0),
    accessTokenTrustedIps: trustedIps(fields, 'accessTokenTrustedIps', 'accessTokenTrustedIps' in body),
  }
}

/** Logs an identity in: keeps the token's id, so that it can be revoked, and signs the recorded claims. */
export async function issueToken(
  { db, config }: Context,
  identity: { readonly id: string; readonly name: string; readonly orgId: string },
  settings: TokenSettings,
  method: { readonly authMethod: string; readonly clientSecretId: string },
) {
  const row = { identityId: identity.id, authMethod: method.authMethod }
  const { id } = await db.insert<{ id: string }>('identity_access_tokens', row)
  const iat = now()
  const accessToken = sign(
    {
      identityId: identity.id,
      identityName: identity.name,
      authMethod: method.authMethod,
      orgId: identity.orgId,
      rootOrgId: identity.orgId,
      parentOrgId: identity.orgId,
      clientSecretId: method.clientSecretId,
      identityAccessTokenId: id,
      ipRestrictionEnabled: true,
      accessTokenTTL: settings.accessTokenTTL,
      accessTokenMaxTTL: settings.accessTokenMaxTTL,
      accessTokenPeriod: settings.accessTokenPeriod,
      creationEpoch: iat,
      authTokenType: 'identityAccessToken',
      identityAuth: {},
      iat,
      exp: iat + settings.accessTokenTTL,
      jti: id,
    },
    config.authSecret,
  )
  const { accessTokenTTL: expiresIn, accessTokenMaxTTL } = settings
  return { accessToken, expiresIn, accessTokenMaxTTL, tokenType: 'Bearer' }
}
