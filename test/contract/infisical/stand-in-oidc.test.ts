/** The recorded conversation with a server whose issuer is a private one: the issuer is real, and really asked. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newKeys, startStandIn } from '../../support/infisical/process.ts'
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts'
import { startPostgres, startRedis } from '../../support/services.ts'
import { oidcClaims } from './oidc-claims.ts'
import { type Step, stepsOf } from './recording.ts'
import { type Replay, replaying } from './replay.ts'

interface OidcStep extends Step {
  /** Paths of the issuer that the server asked for while it answered. */
  readonly issuerAsked: readonly string[]
}
const steps = stepsOf('2026-07-oidc') as OidcStep[]

const recordedAddress = 'https://127.0.0.1:59443'
const password = 'Correct-Horse-9-Battery'
const stops: (() => Promise<unknown>)[] = []
let issuer: OidcIssuer
let replay: Replay

beforeAll(async () => {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  stops.push(postgres.stop, redis.stop)
  issuer = await startOidcIssuer()
  stops.unshift(issuer.stop)
  const standIn = await startStandIn({
    ...newKeys(),
    DB_CONNECTION_URI: await postgres.createDatabase('infisical'),
    REDIS_URL: redis.url(),
    SITE_URL: 'http://infisical.test',
    ALLOW_INTERNAL_IP_CONNECTIONS: 'true',
  })
  stops.unshift(standIn.stop)
  await standIn.ready()
  const admin = { email: 'admin@site.local', password, organization: 'openova' }
  const body = JSON.stringify(admin)
  const headers = { 'content-type': 'application/json' }
  const made = await fetch(`${standIn.url}/api/v1/admin/bootstrap`, { method: 'POST', headers, body })
  const { organization } = (await made.json()) as { organization: { id: string } }
  replay = replaying(standIn.url, {
    bearer: (_, { user }) => user,
    // In the last step the issuer is taken for an API server; what it answers there is of no matter.
    body: ({ name }, body) => {
      const fields = body as Record<string, unknown>
      const claims = oidcClaims[name]
      const jwt = claims && issuer.token(claims, name.endsWith('expired') ? -60 : 600)
      return {
        ...fields,
        ...('organizationId' in fields && { organizationId: organization.id }),
        ...(jwt !== undefined && { jwt }),
        ...('caCert' in fields && { caCert: issuer.ca.trim() }),
      }
    },
  })
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

/** A recorded step with the real issuer in place of the recorded one; logins name the step `user login`, as hooks do. */
function here(step: OidcStep): OidcStep {
  const text = JSON.stringify(step).replaceAll(recordedAddress, issuer.url)
  const read = JSON.parse(text, (name, value: unknown) =>
    name === 'caCert' && String(value).startsWith('-----BEGIN') ? issuer.ca.trim() : value,
  ) as OidcStep
  const isLogin = step.name === 'login' || step.name === 'select'
  const auth = /\/(login|select-organization)$/.test(read.request?.path ?? '') && step.name !== 'select'
  return {
    ...read,
    name: isLogin ? 'user login' : step.name,
    ...(read.request && { request: { ...read.request, auth: auth ? 'none' : 'bearer' } }),
  }
}

test.each(steps.map((step, i) => [`${i + 1} ${step.name}`, step] as const))('%s', async (_, step) => {
  const before = issuer.asked.length
  await replay.run(here(step))
  expect(issuer.asked.slice(before)).toEqual(step.issuerAsked)
})
