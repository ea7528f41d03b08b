/** Kubernetes auth of the stand-in, with a real API server that it really asks who a token is of. */
import { readFileSync } from 'node:fs'
import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../../support/apiserver.ts'
import { selfSigned } from '../../support/certificate.ts'
import { newKeys, startStandIn } from '../../support/infisical/process.ts'
import { startOidcIssuer } from '../../support/oidc-issuer.ts'
import { startPostgres, startRedis } from '../../support/services.ts'
import { type Step, stepsOf } from './recording.ts'

const stops: (() => Promise<unknown>)[] = []
let api: ApiServer
let base = ''
let admin = ''
let ca = ''
const tokens: Record<string, string> = {}
const host = 'https://kubernetes.default.svc'

/** One request; gives status and body. */
async function send(method: string, path: string, body?: object, token = admin) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await fetch(`${base}${path}`, { method, headers, ...content })
  const read = (await answer.json()) as Record<string, unknown>
  return { ...read, status: answer.status } as Readonly<Record<string, unknown>> & { status: number }
}

/** A new identity with Kubernetes auth as `more` has it; gives its id, and the answer. */
async function attached(more: object = {}) {
  const { organizationId } = organization
  const made = await send('POST', '/api/v1/identities', { name: 'k', organizationId, role: 'no-access' })
  const { id } = made['identity'] as { id: string }
  const body = {
    kubernetesHost: host,
    caCert: ca,
    allowedNames: 'eso',
    allowedNamespaces: 'default',
    ...more,
  }
  return { id, answer: await send('POST', `/api/v1/auth/kubernetes-auth/identities/${id}`, body) }
}
let organization = { organizationId: '' }
const login = (identityId: string, jwt: string) =>
  send('POST', '/api/v1/auth/kubernetes-auth/login', { identityId, jwt })

beforeAll(async () => {
  const [postgres, redis, server] = await Promise.all([startPostgres(), startRedis(), startApiServer()])
  api = server
  stops.push(postgres.stop, redis.stop, api.stop)
  const config = new KubeConfig()
  config.loadFromString(readFileSync(api.kubeconfig, 'utf8'))
  const cluster = config.getCurrentCluster()
  ca = Buffer.from(cluster?.caData ?? '', 'base64').toString()
  const { port } = new URL(cluster?.server ?? '')
  const core = config.makeApiClient(CoreV1Api)
  for (const name of ['eso', 'other']) {
    await core.createNamespacedServiceAccount({ namespace: 'default', body: { metadata: { name } } })
    const asked = { name, namespace: 'default', body: { spec: { audiences: [] } } }
    const { status } = await core.createNamespacedServiceAccountToken(asked)
    tokens[name] = status?.token ?? ''
    const elsewhere = { ...asked, body: { spec: { audiences: ['elsewhere'] } } }
    tokens[`${name} elsewhere`] =
      (await core.createNamespacedServiceAccountToken(elsewhere)).status?.token ?? ''
  }
  await config.makeApiClient(RbacAuthorizationV1Api).createClusterRoleBinding({
    body: {
      metadata: { name: 'reviewers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects: [{ kind: 'ServiceAccount', name: 'eso', namespace: 'default' }],
    },
  })
  const standIn = await startStandIn({
    ...newKeys(),
    DB_CONNECTION_URI: await postgres.createDatabase('infisical'),
    REDIS_URL: redis.url(),
    SITE_URL: 'http://infisical.test',
    ALLOW_INTERNAL_IP_CONNECTIONS: 'true',
    STAND_IN_HOSTS: `kubernetes.default.svc=127.0.0.1:${port}`,
  })
  stops.unshift(standIn.stop)
  await standIn.ready()
  base = standIn.url
  const [email, password] = ['admin@site.local', 'Correct-Horse-9-Battery']
  const made = await send('POST', '/api/v1/admin/bootstrap', { email, password, organization: 'openova' })
  organization = { organizationId: (made['organization'] as { id: string }).id }
  const { accessToken } = (await send('POST', '/api/v3/auth/login', { email, password })) as never as {
    accessToken: string
  }
  const { organizationId } = organization
  admin = (
    (await send('POST', '/api/v3/auth/select-organization', { organizationId }, accessToken)) as never as {
      token: string
    }
  ).token
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

test('attaching asks, and is answered, as recorded', async () => {
  const step = (stepsOf('2026-07-oidc') as Step[]).find(({ name }) => name.startsWith('Kubernetes auth'))
  const { issuerAsked } = step as Step & { readonly issuerAsked: readonly string[] }
  const { identityKubernetesAuth: recorded } = (step?.body ?? {}) as { identityKubernetesAuth: object }
  const issuer = await startOidcIssuer()
  stops.unshift(issuer.stop)
  const body = step?.request?.body as object
  const { answer } = await attached({ ...body, kubernetesHost: issuer.url, caCert: issuer.ca.trim() })
  expect(issuer.asked).toEqual(issuerAsked)
  const made = answer['identityKubernetesAuth'] as Record<string, unknown>
  const ofHere = ['id', 'identityId', 'createdAt', 'updatedAt', 'kubernetesHost', 'caCert']
  const masked = (auth: object) =>
    Object.entries(auth)
      .map(([name, value]) => [name, ofHere.includes(name) ? '' : value])
      .sort()
  expect([answer.status, masked(made)]).toEqual([200, masked(recorded)])
})

test('a reviewer’s token is tried at once', async () => {
  const { answer } = await attached({ tokenReviewerJwt: tokens['eso'] })
  expect(answer.status).toBe(200)
})

test('the account that is allowed, and may ask about itself, logs in without any secret at rest', async () => {
  const { id, answer } = await attached()
  expect(answer.status).toBe(200)
  expect(await login(id, tokens['eso'] ?? '')).toMatchObject({ status: 200, tokenType: 'Bearer' })
})

test('others are refused: another name, another namespace, another audience, no token at all', async () => {
  const { id } = await attached()
  // It may not even ask.
  expect(await login(id, tokens['other'] ?? '')).toMatchObject({ status: 401 })
  expect(await login(id, tokens['eso elsewhere'] ?? '')).toMatchObject({ status: 401 })
  expect(await login(id, 'x')).toMatchObject({ status: 401 })
  const named = await attached({ allowedNames: 'other' })
  expect(await login(named.id, tokens['eso'] ?? '')).toMatchObject({ status: 401 })
  const placed = await attached({ allowedNamespaces: 'kube-system' })
  expect(await login(placed.id, tokens['eso'] ?? '')).toMatchObject({ status: 401 })
})

test('a host that is verified by another CA is refused, and nothing is attached; without one all pass', async () => {
  const wrong = selfSigned('another CA').cert
  const { id, answer } = await attached({ caCert: wrong })
  expect(answer).toMatchObject({ status: 400, error: 'KubernetesHostConnectionError' })
  expect(await login(id, tokens['eso'] ?? '')).toMatchObject({
    message: expect.stringContaining('Kubernetes auth method not found'),
  })
  const unverified = await attached({ caCert: '' })
  expect(await login(unverified.id, tokens['eso'] ?? '')).toMatchObject({ status: 200 })
})

test('it is changed, read and taken away', async () => {
  const { id } = await attached()
  const path = `/api/v1/auth/kubernetes-auth/identities/${id}`
  expect(await send('PATCH', path, { allowedNames: 'other' })).toMatchObject({ status: 200 })
  expect(await send('GET', path)).toMatchObject({ identityKubernetesAuth: { allowedNames: 'other' } })
  expect(await send('DELETE', path)).toMatchObject({ status: 200 })
  expect(await send('GET', path)).toMatchObject({ status: 400 })
})
