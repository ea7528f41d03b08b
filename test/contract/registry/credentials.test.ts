/** Credentials and tokens: whom they are sent to, when, how often they are asked for, and that they are not shown. */
import { describe, expect, it } from 'vitest'
import { collect, failure, textOf } from './connect.ts'
import { referenceTo, repository, testLayer } from './images.ts'
import {
  authorizations,
  basic,
  basicAuth,
  bearerAuth,
  identityToken,
  login,
  password,
  user,
} from './login.ts'
import { closedAfterEach } from './opening.ts'

const { open, start } = closedAfterEach()
const layer = await testLayer()

it('sends no credentials unless it is asked for them, and then at once', async () => {
  const server = await start({ auth: basicAuth })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  await collect(registry.blob(referenceTo(server.host), layer))
  expect(authorizations(server)).toEqual([undefined, `Basic ${basic}`, `Basic ${basic}`])
})

it('asks for a token once per repository, with the scope and service of the challenge', async () => {
  const server = await start({ auth: bearerAuth })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  await Promise.all(Array.from({ length: 4 }, () => collect(registry.blob(referenceTo(server.host), layer))))
  expect(server.tokens).toHaveLength(1)
  const asked = new URL(server.requests[1]?.url ?? '', 'http://x').searchParams
  expect(asked.get('service')).toBe('a, b')
  expect(asked.get('scope')).toBe(`repository:${repository}:pull`)
})

it('asks for one token when many requests are challenged at the same time', async () => {
  const server = await start({ auth: bearerAuth })
  const { registry } = open(server.host, login(server.host))
  await Promise.all(Array.from({ length: 4 }, () => collect(registry.blob(referenceTo(server.host), layer))))
  expect(server.tokens).toHaveLength(1)
})

it('asks for a new token before the old one expires', async () => {
  const server = await start({ auth: { ...bearerAuth, seconds: 100 } })
  const { registry, clock } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  await clock.sleep(89_000)
  await registry.manifest(referenceTo(server.host))
  expect(server.tokens).toHaveLength(1)
  await clock.sleep(2_000)
  await registry.manifest(referenceTo(server.host))
  expect(server.tokens).toHaveLength(2)
  expect(authorizations(server).at(-1)).toBe(`Bearer ${server.tokens[1]}`)
})

it.each([
  ['beside an empty token', (token: string) => ({ token: '', access_token: token })],
  ['beside no token', (token: string) => ({ token: null, access_token: token })],
  ['for no time', () => ({ expires_in: 0 })],
  ['for a negative time', () => ({ expires_in: -1 })],
  ['for null seconds', () => ({ expires_in: null })],
  ['for a time in words', () => ({ expires_in: '300' })],
])('takes a token that is given %s, and keeps it a minute', async (_, answer) => {
  const server = await start({ auth: { ...bearerAuth, answer } })
  const { registry, clock } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  await clock.sleep(50_000)
  await registry.manifest(referenceTo(server.host))
  expect(server.tokens).toHaveLength(1)
})

describe.each([403, 404] as const)('a registry that answers strangers %d', hides => {
  it.each([basicAuth, bearerAuth])('is asked how to log in, once ($scheme)', async auth => {
    const server = await start({ auth: { ...auth, hides } })
    const { registry } = open(server.host, login(server.host))
    await registry.manifest(referenceTo(server.host))
    await collect(registry.blob(referenceTo(server.host), layer))
    expect(server.requests.filter(({ url }) => url === '/v2/')).toHaveLength(1)
    expect(server.requests.find(({ url }) => url === '/v2/')?.headers.authorization).toBeUndefined()
  })

  it('is not, without a login, and its own answer stands', async () => {
    const server = await start({ auth: { ...bearerAuth, hides } })
    const { registry } = open(server.host)
    const code = hides === 404 ? 'IMAGE_NOT_FOUND' : 'REGISTRY_DENIED'
    expect(await failure(registry.manifest(referenceTo(server.host)))).toMatchObject({ code })
    expect(server.requests.some(({ url }) => url === '/v2/')).toBe(false)
  })

  it('is asked once where it wants no login', async () => {
    const server = await start({})
    server.fault({ path: /manifests/, status: hides })
    const { registry } = open(server.host, login(server.host))
    const code = hides === 404 ? 'IMAGE_NOT_FOUND' : 'REGISTRY_DENIED'
    for (const _ of [1, 2])
      expect(await failure(registry.manifest(referenceTo(server.host)))).toMatchObject({ code })
    expect(server.requests.filter(({ url }) => url === '/v2/')).toHaveLength(1)
  })
})

it('gets a new token when the old one is refused', async () => {
  const server = await start({ auth: bearerAuth })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  server.revokeTokens()
  await registry.manifest(referenceTo(server.host))
  expect(server.tokens).toHaveLength(2)
})

it('exchanges an identity token by a form, never in an address', async () => {
  const server = await start({ auth: { ...bearerAuth, identityToken } })
  const { registry } = open(server.host, { auth: { [server.host]: { identity_token: identityToken } } })
  await registry.manifest(referenceTo(server.host))
  const exchange = server.requests.find(({ method }) => method === 'POST')
  expect(new URLSearchParams(exchange?.body).get('grant_type')).toBe('refresh_token')
  expect(server.requests.map(({ url }) => url).join(' ')).not.toContain(identityToken)
})

it('says that the token server refuses, and whose credentials count', async () => {
  const server = await start({ auth: bearerAuth })
  const { registry } = open(server.host, { auth: { [server.host]: { username: user, password: 'old' } } })
  const error = await failure(registry.manifest(referenceTo(server.host)))
  expect(error.code).toBe('REGISTRY_DENIED')
  expect(error.message).toContain(
    `http://${server.host}/token denies access (401 UNAUTHORIZED: wrong password)`,
  )
  expect(error.hints[0]).toContain(`The credentials for ${server.host} were not accepted`)
})

it('tries a token server again that is down for a moment', async () => {
  const server = await start({ auth: bearerAuth })
  server.fault({ path: /^\/token/, status: 503, times: 2 })
  const { registry, clock } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  expect(clock.sleeps).toHaveLength(2)
})

it.each([401, 403, 404, 429, 500])('repeats no secret that a server repeats with a %d', async status => {
  for (const scheme of ['basic', 'bearer'] as const) {
    const server = await start({ auth: { scheme, user, password } })
    const { registry, retries } = open(server.host, login(server.host))
    await registry.manifest(referenceTo(server.host))
    // The second one is where a cut would leave half of it.
    const message = `you sent {authorization} and are ${user}:${password} ${'-'.repeat(100)} {authorization}`
    server.fault({ path: /\/manifests\//, status, error: { code: 'SAID', message } })
    const text = [textOf(await failure(registry.manifest(referenceTo(server.host)))), ...retries].join('\n')
    expect(text).toContain(`you sent ${scheme === 'basic' ? 'Basic' : 'Bearer'} [secret] and are`)
    for (const secret of [...server.tokens, basic]) expect(text).not.toContain(secret.slice(0, 12))
    if (scheme === 'basic') expect(text).not.toContain(password)
  }
})
