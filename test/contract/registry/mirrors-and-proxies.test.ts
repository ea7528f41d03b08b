/** Mirrors and proxies: in which order they are asked, and with whose credentials. */
import { expect, it } from 'vitest'
import { collect, failure } from './connect.ts'
import { layerBytes, referenceTo, repository, testLayer } from './images.ts'
import { basicAuth, bearerAuth, login } from './login.ts'
import { closedAfterEach } from './opening.ts'

const { open, start } = closedAfterEach()
const layer = await testLayer()

it('asks mirrors in their order, then the registry itself, each with its own credentials', async () => {
  const empty = await start({ images: {} })
  const broken = await start({ images: {} })
  broken.fault({ path: /./, status: 500 })
  const full = await start({ auth: basicAuth })
  const { registry } = open('127.0.0.1:9', {
    mirrors: { 'registry.invalid': [empty, broken, full].map(({ host }) => `http://${host}`) },
    ...login(full.host),
  })
  const { descriptor } = await registry.manifest(referenceTo('registry.invalid'))
  expect(descriptor.digest).toMatch(/^sha256:/)
  const bytes = await collect(registry.blob(referenceTo('registry.invalid'), layer))
  expect(bytes.equals(layerBytes)).toBe(true)
  for (const { headers } of [...empty.requests, ...broken.requests])
    expect(headers.authorization).toBeUndefined()
})

it.each(['registry.invalid:5000', '*'])('tells a mirror of %s whose repository it is asked for', async of => {
  const mirror = await start()
  const { registry } = open('127.0.0.1:9', { mirrors: { [of]: [`http://${mirror.host}`] } })
  const reference = referenceTo('registry.invalid:5000')
  const { descriptor } = await registry.manifest(reference)
  await collect(registry.blob(reference, layer))
  await registry.referrers(reference, descriptor.digest)
  expect(mirror.requests.map(({ url }) => new URL(url, 'http://x').searchParams.get('ns'))).toEqual(
    Array(3).fill('registry.invalid:5000'),
  )
})

it('tells a registry itself no such thing, by whatever name', async () => {
  const server = await start()
  const { registry } = open(server.host)
  await registry.manifest(referenceTo(server.host))
  expect(server.requests[0]?.url).not.toContain('?')
})

it('tells what most tells when no mirror has it, and the rest as faults', async () => {
  const empty = await start({ images: {} })
  const { registry } = open('127.0.0.1:9', { mirrors: { 'registry.invalid': [`http://${empty.host}`] } })
  const error = await failure(registry.manifest(referenceTo('registry.invalid')))
  expect(error.code).toBe('IMAGE_NOT_FOUND')
  expect(error.message).toContain(`registry.invalid/${repository}:oci: not found at http://${empty.host}/v2/`)
  expect(error.faults).toEqual([expect.stringContaining('cannot reach https://registry.invalid')])
})

it('does not go past a mirror that denies access', async () => {
  const closed = await start({ auth: bearerAuth })
  const { registry } = open('127.0.0.1:9', { mirrors: { 'registry.invalid': [`http://${closed.host}`] } })
  const error = await failure(registry.manifest(referenceTo('registry.invalid')))
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
  await registry.manifest(referenceTo(server.host))
  expect(proxy.requests).toHaveLength(0)
  const direct = await failure(registry.manifest(referenceTo('direct.invalid')))
  expect(direct.code).toBe('REGISTRY_UNREACHABLE')
  expect(proxy.requests).toHaveLength(0)
  await failure(registry.manifest(referenceTo('far.invalid')))
  expect(proxy.requests[0]?.url).toBe(`http://far.invalid/v2/${repository}/manifests/oci`)
})
