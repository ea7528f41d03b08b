/** Who is asked, who is told what: credentials, tokens, redirects, mirrors, proxies. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Descriptor, parseReference } from '../../../src/oci/index.ts'
import {
  type FaultyOptions,
  type FaultyRegistry,
  startFaultyRegistry,
} from '../../support/faulty-registry.ts'
import { type Connect, collect, connect, failure, type TestConnection, textOf } from './connect.ts'
import { layerBytes, repository, servedImages, testLayer } from './images.ts'

const user = 'builder'
const password = 'correct-horse:battery'
const identityToken = 'refresh-me-4711'
const basic = Buffer.from(`${user}:${password}`).toString('base64')
const closing: (() => Promise<void>)[] = []
let layer: Descriptor
let images: FaultyOptions['images'] & object

beforeEach(async () => {
  layer = await testLayer()
  images = await servedImages()
})

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options: FaultyOptions = { images }): Promise<FaultyRegistry> {
  const server = await startFaultyRegistry(options)
  closing.push(server.stop)
  return server
}

function open(host: string, options?: Connect): TestConnection {
  const connection = connect(host, options)
  closing.push(connection.close)
  return connection
}

const named = (host: string, rest = `${repository}:oci`) =>
  parseReference(`${host}/${rest}`) ?? expect.unreachable()
const login = (host: string) => ({ auth: { [host]: { username: user, password } } })
const bearer = { scheme: 'bearer', user, password } as const
const authorizations = ({ requests }: FaultyRegistry) => requests.map(({ headers }) => headers.authorization)

it('sends no credentials unless it is asked for them, and then at once', async () => {
  const server = await start({ images, auth: { scheme: 'basic', user, password } })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(named(server.host))
  await collect(registry.blob(named(server.host), layer))
  expect(authorizations(server)).toEqual([undefined, `Basic ${basic}`, `Basic ${basic}`])
})

it('asks for a token once per repository, with the scope and service of the challenge', async () => {
  const server = await start({ images, auth: bearer })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(named(server.host))
  await Promise.all(Array.from({ length: 4 }, () => collect(registry.blob(named(server.host), layer))))
  expect(server.tokens).toHaveLength(1)
  const asked = new URL(server.requests[1]?.url ?? '', 'http://x').searchParams
  expect(asked.get('service')).toBe('a, b')
  expect(asked.get('scope')).toBe(`repository:${repository}:pull`)
})

it('asks for one token when many requests are challenged at the same time', async () => {
  const server = await start({ images, auth: bearer })
  const { registry } = open(server.host, login(server.host))
  await Promise.all(Array.from({ length: 4 }, () => collect(registry.blob(named(server.host), layer))))
  expect(server.tokens).toHaveLength(1)
})

it('asks for a new token before the old one expires', async () => {
  const server = await start({ images, auth: { ...bearer, seconds: 100 } })
  const { registry, clock } = open(server.host, login(server.host))
  await registry.manifest(named(server.host))
  await clock.sleep(89_000)
  await registry.manifest(named(server.host))
  expect(server.tokens).toHaveLength(1)
  await clock.sleep(2_000)
  await registry.manifest(named(server.host))
  expect(server.tokens).toHaveLength(2)
  expect(authorizations(server).at(-1)).toBe(`Bearer ${server.tokens[1]}`)
})

it('gets a new token when the old one is refused', async () => {
  const server = await start({ images, auth: bearer })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(named(server.host))
  server.revokeTokens()
  await registry.manifest(named(server.host))
  expect(server.tokens).toHaveLength(2)
})

it('exchanges an identity token by a form, never in an address', async () => {
  const server = await start({ images, auth: { ...bearer, identityToken } })
  const { registry } = open(server.host, { auth: { [server.host]: { identity_token: identityToken } } })
  await registry.manifest(named(server.host))
  const exchange = server.requests.find(({ method }) => method === 'POST')
  expect(new URLSearchParams(exchange?.body).get('grant_type')).toBe('refresh_token')
  expect(server.requests.map(({ url }) => url).join(' ')).not.toContain(identityToken)
})

it('says that the token server refuses, and whose credentials count', async () => {
  const server = await start({ images, auth: bearer })
  const { registry } = open(server.host, { auth: { [server.host]: { username: user, password: 'old' } } })
  const error = await failure(registry.manifest(named(server.host)))
  expect(error.code).toBe('REGISTRY_DENIED')
  expect(error.message).toContain(
    `http://${server.host}/token denies access (401 UNAUTHORIZED: wrong password)`,
  )
  expect(error.hints[0]).toContain(`The credentials for ${server.host} were not accepted`)
})

it('tries a token server again that is down for a moment', async () => {
  const server = await start({ images, auth: bearer })
  server.fault({ path: /^\/token/, status: 503, times: 2 })
  const { registry, clock } = open(server.host, login(server.host))
  await registry.manifest(named(server.host))
  expect(clock.sleeps).toHaveLength(2)
})

it.each(['basic', 'bearer'] as const)(
  'follows a redirect to another host without its %s credentials',
  async scheme => {
    const storage = await start()
    const server = await start({ images, auth: { scheme, user, password } })
    const { registry } = open(server.host, login(server.host))
    await registry.manifest(named(server.host))
    const signed = `http://${storage.host}/v2/${repository}/blobs/${layer.digest}?signature=s3cret`
    server.fault({ path: /\/blobs\//, redirect: signed })
    const bytes = await collect(registry.blob(named(server.host), layer, { offset: 1000 }))
    expect(bytes.equals(layerBytes.subarray(1000))).toBe(true)
    expect(authorizations(server).at(-1)).toMatch(/^(Basic|Bearer) /)
    expect(authorizations(storage)).toEqual([undefined])
    expect(storage.requests[0]?.headers.range).toBe('bytes=1000-')
  },
)

it('keeps credentials on a redirect within one host', async () => {
  const server = await start({ images, auth: { scheme: 'basic', user, password } })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(named(server.host))
  const other = `http://${server.host}/v2/${repository}/manifests/docker`
  server.fault({ path: /\/manifests\/oci$/, redirect: other })
  await registry.manifest(named(server.host))
  expect(authorizations(server).at(-1)).toBe(`Basic ${basic}`)
})

it('answers no challenge of a host that it was redirected to', async () => {
  const thief = await start({ images, auth: { scheme: 'basic', user, password } })
  const server = await start()
  server.fault({ path: /\/blobs\//, redirect: `http://${thief.host}/v2/${repository}/blobs/${layer.digest}` })
  const { registry } = open(server.host, login(server.host))
  const error = await failure(collect(registry.blob(named(server.host), layer)))
  expect(error.code).toBe('REGISTRY_DENIED')
  expect(error.message).toContain(`http://${thief.host}/v2/`)
  expect(authorizations(thief)).toEqual([undefined])
})

it.each([
  [
    'in a circle',
    (host: string) => `http://${host}/v2/${repository}/manifests/oci`,
    'redirects more than 5 times',
    6,
  ],
  ['to a file', () => 'file:///etc/passwd', 'redirects to something that is no web address', 1],
])('does not follow redirects %s', async (_, to, words, requests) => {
  const server = await start()
  server.fault({ path: /\/manifests\//, redirect: to(server.host) })
  const error = await failure(open(server.host).registry.manifest(named(server.host)))
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain(words)
  expect(server.requests).toHaveLength(requests)
})

it.each([401, 403, 404, 429, 500])('repeats no secret that a server repeats with a %d', async status => {
  for (const scheme of ['basic', 'bearer'] as const) {
    const server = await start({ images, auth: { scheme, user, password } })
    const { registry, retries } = open(server.host, login(server.host))
    await registry.manifest(named(server.host))
    // The second one is where a cut would leave half of it.
    const message = `you sent {authorization} and are ${user}:${password} ${'-'.repeat(100)} {authorization}`
    server.fault({ path: /\/manifests\//, status, error: { code: 'SAID', message } })
    const text = [textOf(await failure(registry.manifest(named(server.host)))), ...retries].join('\n')
    expect(text).toContain(`you sent ${scheme === 'basic' ? 'Basic' : 'Bearer'} [secret] and are`)
    for (const secret of [...server.tokens, basic]) expect(text).not.toContain(secret.slice(0, 12))
    if (scheme === 'basic') expect(text).not.toContain(password)
  }
})

it('shows no signature of an address that it was redirected to', async () => {
  const storage = await start({})
  const server = await start()
  server.fault({ path: /\/blobs\//, redirect: `http://${storage.host}/layer?signature=s3cret` })
  const error = await failure(collect(open(server.host).registry.blob(named(server.host), layer)))
  expect(error.message).toContain(`not found at http://${storage.host}/layer (404`)
  expect(textOf(error)).not.toContain('s3cret')
})

it('asks mirrors in their order, then the registry itself, each with its own credentials', async () => {
  const empty = await start({})
  const broken = await start({})
  broken.fault({ path: /./, status: 500 })
  const full = await start({ images, auth: { scheme: 'basic', user, password } })
  const { registry } = open('127.0.0.1:9', {
    mirrors: { 'registry.invalid': [empty, broken, full].map(({ host }) => `http://${host}`) },
    ...login(full.host),
  })
  const { descriptor } = await registry.manifest(named('registry.invalid'))
  expect(descriptor.digest).toMatch(/^sha256:/)
  const bytes = await collect(registry.blob(named('registry.invalid'), layer))
  expect(bytes.equals(layerBytes)).toBe(true)
  for (const { headers } of [...empty.requests, ...broken.requests])
    expect(headers.authorization).toBeUndefined()
})

it('tells what most tells when no mirror has it, and the rest as faults', async () => {
  const empty = await start({})
  const { registry } = open('127.0.0.1:9', { mirrors: { 'registry.invalid': [`http://${empty.host}`] } })
  const error = await failure(registry.manifest(named('registry.invalid')))
  expect(error.code).toBe('IMAGE_NOT_FOUND')
  expect(error.message).toContain(`registry.invalid/${repository}:oci: not found at http://${empty.host}/v2/`)
  expect(error.faults).toEqual([expect.stringContaining('cannot reach https://registry.invalid')])
})

it('does not go past a mirror that denies access', async () => {
  const closed = await start({ images, auth: bearer })
  const { registry } = open('127.0.0.1:9', { mirrors: { 'registry.invalid': [`http://${closed.host}`] } })
  const error = await failure(registry.manifest(named('registry.invalid')))
  expect(error.code).toBe('REGISTRY_DENIED')
  expect(error.faults).toEqual([])
})

it('goes through HTTP_PROXY, but not for this machine or NO_PROXY', async () => {
  const proxy = await start()
  const server = await start()
  const environment = { http_proxy: `http://${proxy.host}`, NO_PROXY: 'other.invalid direct.invalid' }
  const mirrors = {
    'direct.invalid': ['http://direct.invalid', 'http://below.direct.invalid'],
    'far.invalid': ['http://far.invalid'],
  }
  const { registry } = open(server.host, { environment, mirrors })
  await registry.manifest(named(server.host))
  expect(proxy.requests).toHaveLength(0)
  const direct = await failure(registry.manifest(named('direct.invalid')))
  expect(direct.code).toBe('REGISTRY_UNREACHABLE')
  expect(proxy.requests).toHaveLength(0)
  await failure(registry.manifest(named('far.invalid')))
  expect(proxy.requests[0]?.url).toBe(`http://far.invalid/v2/${repository}/manifests/oci`)
})
