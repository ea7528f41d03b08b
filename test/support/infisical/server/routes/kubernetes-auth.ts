import { authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { ApiError, badRequest, notFound, unauthorized } from '../errors.ts'
import { Fields } from '../fields.ts'
import { issueToken, type TokenSettings, tokenSettings } from '../identity-token.ts'
import { askKubernetes, type KubernetesHost } from '../kubernetes-host.ts'
import { allowedAddress } from '../outside.ts'
import { type Call, type Route, route } from '../router.ts'
import { identityById } from './identities.ts'

interface KubernetesAuth extends TokenSettings, KubernetesHost {
  readonly id: string
  readonly identityId: string
  readonly tokenReviewerJwt: string
  readonly allowedNamespaces: string
  readonly allowedNames: string
  readonly allowedAudience: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface Reviewed {
  readonly message?: string
  readonly status?: {
    readonly authenticated?: boolean
    readonly error?: string
    readonly audiences?: readonly string[]
    readonly user?: { readonly username?: string }
  }
}

const texts = ['caCert', 'tokenReviewerJwt', 'allowedNamespaces', 'allowedNames', 'allowedAudience'] as const
const columns = [
  ...['accessTokenTTL', 'accessTokenMaxTTL', 'accessTokenNumUsesLimit', 'kubernetesHost'],
  ...['verifyTlsCertificate', ...texts],
] as const

const view = ({ accessTokenPeriod: _, ...auth }: KubernetesAuth) => ({
  ...auth,
  ...{ tokenReviewMode: 'api', gatewayId: null, gatewayPoolId: null },
})
const listed = (text: string) => text.split(',').map(one => one.trim())

/** Kubernetes auth: tokens of service accounts, which an API server is asked about at every login. */
export function kubernetesAuthRoutes(context: Context): Route[] {
  const { db, config } = context
  const path = '/api/v1/auth/kubernetes-auth/identities/:identityId'

  const find = async (call: Call) => {
    const { orgId } = await authenticateOrgAdmin(context, call)
    const identity = await identityById(db, orgId, call.param('identityId'))
    const sql = 'SELECT * FROM identity_kubernetes_auths WHERE "identityId" = $1'
    return { identity, auth: await db.first<KubernetesAuth>(sql, [identity.id]) }
  }
  const existing = async (call: Call) => {
    const { auth } = await find(call)
    if (auth === undefined) throw badRequest('The identity does not have Kubernetes Auth attached')
    return auth
  }
  const read = (body: Call['body'], settingsGiven: Call['body']) => {
    const fields = new Fields(body)
    const settings = tokenSettings(fields, settingsGiven)
    const kubernetesHost = fields.string('kubernetesHost')
    const verifyTlsCertificate = fields.boolean('verifyTlsCertificate', true)
    const row = Object.fromEntries(texts.map(name => [name, fields.string(name, '')]))
    fields.done()
    return { ...settings, kubernetesHost, verifyTlsCertificate, ...row } as Omit<
      KubernetesAuth,
      'id' | 'identityId' | 'createdAt' | 'updatedAt'
    >
  }
  const review = async (auth: KubernetesHost, token: string, reviewer: string, audience: string) => {
    const spec = { token, ...(audience === '' ? {} : { audiences: [audience] }) }
    const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' }
    const path = '/apis/authentication.k8s.io/v1/tokenreviews'
    return (await askKubernetes(auth, config, { path, token: reviewer, body: { ...kind, spec } })) as Reviewed
  }
  /** What a real server asks of the API server when it is told of it: whether it is one, and lets the reviewer ask. */
  const tryHost = async (row: ReturnType<typeof read>) => {
    await allowedAddress(row.kubernetesHost, config).catch((error: unknown) => {
      if (error instanceof ApiError) throw error
      throw unreachable(row, new Error(`getaddrinfo ENOTFOUND ${new URL(row.kubernetesHost).hostname}`))
    })
    try {
      await askKubernetes(row, config, { path: '/version' })
      const { tokenReviewerJwt: jwt } = row
      if (jwt !== '') await review(row, jwt, jwt, '')
    } catch (error) {
      throw unreachable(row, error as Error)
    }
  }

  const attach: Route['answer'] = async call => {
    const row = read(call.body, call.body)
    const { identity, auth } = await find(call)
    if (auth) throw badRequest('Failed to add Kubernetes Auth to already configured identity')
    await tryHost(row)
    const full = { ...row, identityId: identity.id }
    return { identityKubernetesAuth: view(await db.insert('identity_kubernetes_auths', full)) }
  }

  const change: Route['answer'] = async call => {
    const auth = await existing(call)
    const row = read({ ...auth, ...call.body }, call.body)
    await tryHost(row)
    const set = columns.map((name, i) => `"${name}" = $${i + 2}`).join(', ')
    const sql = `UPDATE identity_kubernetes_auths SET ${set}, "updatedAt" = now() WHERE id = $1 RETURNING *`
    const values = columns.map(name => (row as Readonly<Record<string, unknown>>)[name])
    const changed = await db.first<KubernetesAuth>(sql, [auth.id, ...values])
    return { identityKubernetesAuth: view(changed ?? auth) }
  }

  const revoke: Route['answer'] = async call => {
    const auth = await existing(call)
    await db.all('DELETE FROM identity_kubernetes_auths WHERE id = $1', [auth.id])
    return { identityKubernetesAuth: view(auth) }
  }

  const login: Route['answer'] = async ({ body }) => {
    const fields = new Fields(body)
    const [identityId, jwt] = [fields.string('identityId'), fields.string('jwt')]
    fields.done()
    const auth = await db.first<KubernetesAuth & { name: string; orgId: string }>(
      `SELECT a.*, i.name, i."orgId" FROM identity_kubernetes_auths a JOIN identities i ON i.id = a."identityId"
        WHERE i.id::text = $1`,
      [identityId],
    )
    if (!auth)
      throw notFound('Kubernetes auth method not found for identity, did you configure Kubernetes auth?')
    const { allowedAudience: audience } = auth
    // Without a reviewer's token, whoever logs in asks about itself.
    const { message, status } = await review(auth, jwt, auth.tokenReviewerJwt || jwt, audience)
    if (status?.error || !status?.authenticated)
      throw unauthorized(status?.error ?? message ?? 'Kubernetes token not authenticated')
    const [, , namespace = '', name = ''] = (status.user?.username ?? '').split(':')
    const refuse = (what: string) => unauthorized(`Access denied: K8s ${what} not allowed.`)
    if (auth.allowedNamespaces !== '' && !listed(auth.allowedNamespaces).includes(namespace))
      throw refuse('namespace')
    if (auth.allowedNames !== '' && !listed(auth.allowedNames).includes(name)) throw refuse('name')
    if (audience !== '' && !status.audiences?.includes(audience)) throw refuse('audience')
    const identity = { id: auth.identityId, name: auth.name, orgId: auth.orgId }
    return issueToken(context, identity, auth, { authMethod: 'kubernetes-auth', clientSecretId: '' })
  }

  return [
    route('POST', '/api/v1/auth/kubernetes-auth/login', login),
    route('POST', path, attach),
    route('PATCH', path, change),
    route('GET', path, async call => ({ identityKubernetesAuth: view(await existing(call)) })),
    route('DELETE', path, revoke),
  ]
}

const unreachable = ({ kubernetesHost }: KubernetesHost, { message }: Error) =>
  badRequest(
    `Failed to connect to Kubernetes host at ${kubernetesHost}: ${message}`,
    'KubernetesHostConnectionError',
  )
