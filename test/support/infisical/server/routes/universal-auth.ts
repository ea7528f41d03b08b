import { randomBytes } from 'node:crypto'
import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { issueToken, type TokenSettings, tokenSettings, trustedIps } from '../identity-token.ts'
import { countFailure, forgetFailures, isLocked, type Lockout } from '../lockout.ts'
import { hashPassword, samePassword } from '../passwords.ts'
import { type Call, type Route, route } from '../router.ts'
import { identityById } from './identities.ts'

interface UniversalAuth extends TokenSettings, Lockout {
  readonly id: string
  readonly identityId: string
  readonly clientSecretTrustedIps: unknown
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface ClientSecret {
  readonly id: string
  readonly clientSecretHash: string
  readonly clientSecretNumUses: number
  readonly clientSecretNumUsesLimit: number
  readonly clientSecretTTL: number
  readonly createdAt: Date
}

const withoutHash = ({ clientSecretHash: _, ...shown }: ClientSecret) => shown

/** Universal auth: client id and secret of an identity, with lockout. */
export function universalAuthRoutes(context: Context): Route[] {
  const { db } = context
  const { redis } = context.queues
  const base = '/api/v1/auth/universal-auth'

  const find = async (call: Call) => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const identity = await identityById(db, orgId, call.param('identityId'))
    const sql = 'SELECT * FROM identity_universal_auths WHERE "identityId" = $1'
    return { identity, auth: await db.first<UniversalAuth>(sql, [identity.id]) }
  }
  const existing = async (call: Call) => {
    const { auth } = await find(call)
    if (!auth) throw badRequest('The identity does not have universal auth')
    return auth
  }

  const attach: Route['answer'] = async call => {
    const { identity, auth } = await find(call)
    if (auth) throw badRequest('Failed to add universal auth to already configured identity')
    const fields = new Fields(call.body)
    const row = {
      ...tokenSettings(fields, call.body),
      clientSecretTrustedIps: trustedIps(
        fields,
        'clientSecretTrustedIps',
        'clientSecretTrustedIps' in call.body,
      ),
      identityId: identity.id,
      lockoutEnabled: fields.boolean('lockoutEnabled', true),
      lockoutThreshold: fields.number('lockoutThreshold', 3),
      lockoutDurationSeconds: fields.number('lockoutDurationSeconds', 300),
      lockoutCounterResetSeconds: fields.number('lockoutCounterResetSeconds', 30),
    }
    fields.done()
    return { identityUniversalAuth: await db.insert('identity_universal_auths', row) }
  }

  const change: Route['answer'] = async call => {
    const auth = await existing(call)
    const fields = new Fields({ ...auth, ...call.body })
    const numbers = [
      'accessTokenTTL',
      'accessTokenMaxTTL',
      'lockoutThreshold',
      'lockoutDurationSeconds',
    ] as const
    const values = numbers.map(name => fields.number(name, auth[name]))
    const lockoutEnabled = fields.boolean('lockoutEnabled', auth.lockoutEnabled)
    fields.done()
    const set = numbers.map((name, i) => `"${name}" = $${i + 3}`).join(', ')
    const sql = `UPDATE identity_universal_auths SET "lockoutEnabled" = $2, ${set}, "updatedAt" = now()
      WHERE id = $1 RETURNING *`
    return { identityUniversalAuth: await db.first(sql, [auth.id, lockoutEnabled, ...values]) }
  }

  const createSecret: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [limit, ttl] = [fields.number('numUsesLimit', 0), fields.number('ttl', 0)]
    const description = fields.string('description', '')
    fields.done()
    const auth = await existing(call)
    const clientSecret = randomBytes(32).toString('hex')
    const row = {
      description,
      clientSecretPrefix: clientSecret.slice(0, 4),
      clientSecretHash: await hashPassword(clientSecret),
      clientSecretNumUsesLimit: limit,
      clientSecretTTL: ttl,
      identityUAId: auth.id,
    }
    const made = await db.insert<ClientSecret>('identity_ua_client_secrets', row)
    return { clientSecret, clientSecretData: withoutHash(made) }
  }

  const listSecrets: Route['answer'] = async call => {
    const auth = await existing(call)
    const sql = `SELECT * FROM identity_ua_client_secrets WHERE "identityUAId" = $1 AND NOT "isClientSecretRevoked"`
    return { clientSecretData: (await db.all<ClientSecret>(sql, [auth.id])).map(withoutHash) }
  }

  const revokeSecret: Route['answer'] = async call => {
    const auth = await existing(call)
    const sql = `UPDATE identity_ua_client_secrets SET "isClientSecretRevoked" = true, "updatedAt" = now()
      WHERE "identityUAId" = $1 AND id::text = $2 RETURNING *`
    const revoked = await db.first<ClientSecret>(sql, [auth.id, call.param('secretId')])
    if (!revoked) throw notFound(`Client secret with ID '${call.param('secretId')}' not found`)
    return { clientSecretData: withoutHash(revoked) }
  }

  const login: Route['answer'] = async ({ body }) => {
    const fields = new Fields(body)
    const [clientId, given] = [fields.string('clientId').trim(), fields.string('clientSecret').trim()]
    fields.done()
    const sql = 'SELECT * FROM identity_universal_auths WHERE "clientId"::text = $1'
    const auth = await db.first<UniversalAuth>(sql, [clientId])
    if (!auth) throw unauthorized('Invalid credentials')
    if (await isLocked(redis, auth)) {
      throw unauthorized('This identity auth method is temporarily locked, please try again later')
    }
    const candidates = await db.all<ClientSecret>(
      `SELECT * FROM identity_ua_client_secrets
        WHERE "identityUAId" = $1 AND "clientSecretPrefix" = $2 AND NOT "isClientSecretRevoked"`,
      [auth.id, given.slice(0, 4)],
    )
    let secret: ClientSecret | undefined
    for (const each of candidates) if (await samePassword(given, each.clientSecretHash)) secret = each
    if (!secret) {
      await countFailure(redis, auth)
      throw unauthorized('Invalid credentials')
    }
    await forgetFailures(redis, auth)
    const age = (Date.now() - secret.createdAt.getTime()) / 1000
    const usedUp =
      secret.clientSecretNumUsesLimit > 0 && secret.clientSecretNumUses >= secret.clientSecretNumUsesLimit
    if (usedUp || (secret.clientSecretTTL > 0 && age > secret.clientSecretTTL)) {
      throw unauthorized('Access denied due to expired client secret')
    }
    const used =
      'UPDATE identity_ua_client_secrets SET "clientSecretNumUses" = "clientSecretNumUses" + 1 WHERE id = $1'
    await db.all(used, [secret.id])
    const sqlIdentity = 'SELECT id, name, "orgId" FROM identities WHERE id = $1'
    const identity = await db.first<{ id: string; name: string; orgId: string }>(sqlIdentity, [
      auth.identityId,
    ])
    if (!identity) throw unauthorized('Invalid credentials')
    return issueToken(context, identity, auth, { authMethod: 'universal-auth', clientSecretId: secret.id })
  }

  const clearLockouts: Route['answer'] = async call => ({
    deleted: await forgetFailures(redis, await existing(call)),
  })

  return [
    route('POST', `${base}/login`, login),
    route('POST', `${base}/identities/:identityId`, attach),
    route('PATCH', `${base}/identities/:identityId`, change),
    route('GET', `${base}/identities/:identityId`, async call => ({
      identityUniversalAuth: await existing(call),
    })),
    route('POST', `${base}/identities/:identityId/clear-lockouts`, clearLockouts),
    route('POST', `${base}/identities/:identityId/client-secrets`, createSecret),
    route('GET', `${base}/identities/:identityId/client-secrets`, listSecrets),
    route('POST', `${base}/identities/:identityId/client-secrets/:secretId/revoke`, revokeSecret),
  ]
}
