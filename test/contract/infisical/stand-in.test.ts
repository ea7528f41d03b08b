/**
 * Replays the recorded conversation with a real server, step by step, and compares everything that is
 * contract. It runs against the stand-in; with INFISICAL_URL it runs against that (fresh) server instead.
 */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverMemory } from '../../../src/wire/index.ts'
import { newKeys, type StandIn, startStandIn } from '../../support/infisical/process.ts'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '../../support/services.ts'
import { essence, ids, learn, type Step, steps, translate } from './recording.ts'

let baseUrl = process.env['INFISICAL_URL'] ?? ''
let postgres: PostgresServer | undefined
let redis: RedisServer | undefined
let standIn: StandIn | undefined

beforeAll(async () => {
  if (baseUrl) return
  postgres = await startPostgres()
  redis = await startRedis()
  const database = await postgres.createDatabase('infisical')
  const services = { DB_CONNECTION_URI: database, REDIS_URL: redis.url(1), SITE_URL: 'http://infisical.test' }
  // As install starts a server, to save memory.
  const { variables } = serverMemory(1000 * 2 ** 20, { saving: true })
  standIn = await startStandIn({ ...newKeys(), ...services, ...variables, STAND_IN_REDIS_CONNECTIONS: '40' })
  await standIn.ready()
  baseUrl = standIn.url
})

afterAll(async () => {
  await standIn?.stop()
  await redis?.stop()
  await postgres?.stop()
})

/** Live ids and tokens by the recorded ones. */
const names = new Map<string, string>()
/** The last token of each kind. */
const tokens = { bootstrap: '', user: '', identity: '' }

// The recorded CI key's private half was not kept and its token has expired, so the test signs its own.
const ci = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = ci.publicKey.export({ type: 'spki', format: 'pem' }).toString()

function ciToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'https://ci.site.local',
    aud: 'infisical',
    sub: 'repo:openova/app:ref:refs/heads/main',
  }
  const data = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ ...claims, iat, exp: iat + 600 })}`
  return `${data}.${createSign('sha256').update(data).sign(ci.privateKey, 'base64url')}`
}

/** The recording does not say whose token a step used; its name does. */
function bearer(name: string): string {
  if (name === 'bad token') return 'not-a-token'
  if (name.startsWith('bootstrap token')) return tokens.bootstrap
  if (name.startsWith('identity:') || name === 'revoked token used') return tokens.identity
  return tokens.user
}

function requestBody(step: Step): unknown {
  const body = translate(names, step.request?.body)
  if (step.name === 'attach jwt auth (static key)') return { ...(body as object), publicKeys: [publicKey] }
  if (step.name === 'jwt auth login') return { ...(body as object), jwt: ciToken() }
  return body
}

async function send(step: Step): Promise<Response> {
  const { method, path, auth } = step.request ?? { method: '', path: '', auth: 'none' }
  const body = requestBody(step)
  const isForm = step.name.endsWith('form body')
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  const form = () => new URLSearchParams(body as Record<string, string>).toString()
  const text = typeof body === 'string' ? body : isForm ? form() : JSON.stringify(body)
  const authorization = auth === 'bearer' ? { authorization: `Bearer ${bearer(step.name)}` } : {}
  const content = body === null ? {} : { body: text }
  const headers = { ...authorization, ...(body === null ? {} : { 'content-type': type }) }
  return fetch(baseUrl + translate(names, path), { method, headers, ...content })
}

function keepTokens(name: string, body: unknown): void {
  const answer = body as {
    token?: string
    accessToken?: string
    identity?: { credentials?: { token: string } }
  }
  if (name === 'bootstrap') tokens.bootstrap = answer.identity?.credentials?.token ?? ''
  if (name === 'user login' || name === 'select organization')
    tokens.user = answer.token ?? answer.accessToken ?? ''
  if (name === 'universal auth login') tokens.identity = answer.accessToken ?? ''
}

function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

async function replay(step: Step): Promise<void> {
  const response = await send(step)
  const live: unknown = await response.json()
  expect(essence(live)).toEqual(essence(step.body))
  expect(response.status).toBe(step.status)
  expect(response.headers.get('content-type')).toBe(step.contentType)
  if (step.status !== 200) return
  learn(names, step.body, live)
  keepTokens(step.name, live)
  // The same thing has the same id in every later answer.
  const expected = Object.entries(ids(step.body)).map(([at, id]) => [at, names.get(id) ?? id])
  expect(ids(live)).toEqual(Object.fromEntries(expected))
}

function compareClaims(step: Step): void {
  const [kind = ''] = step.name.split(' ')
  const live = claims(tokens[kind as keyof typeof tokens])
  const recorded = step.body as Record<string, unknown>
  expect(essence(live)).toEqual(essence(recorded))
  const life = ({ iat, exp }: Record<string, unknown>) =>
    exp === undefined ? 'for ever' : Number(exp) - Number(iat)
  expect(life(live)).toBe(life(recorded))
}

test.each(steps.map((step, i) => [`${i + 1} ${step.name}`, step] as const))('%s', async (_, step) => {
  if (step.request) await replay(step)
  else compareClaims(step)
})
