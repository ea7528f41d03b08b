/** Redirects: where they are followed, and what is told there. */
import { expect, it } from 'vitest'
import { collect, failure, textOf } from './connect.ts'
import { layerBytes, referenceTo, repository, testLayer } from './images.ts'
import { authorizations, basic, basicAuth, login, password, user } from './login.ts'
import { closedAfterEach } from './opening.ts'

const { open, start } = closedAfterEach()
const layer = await testLayer()

it.each(['basic', 'bearer'] as const)(
  'follows a redirect to another host without its %s credentials',
  async scheme => {
    const storage = await start()
    const server = await start({ auth: { scheme, user, password } })
    const { registry } = open(server.host, login(server.host))
    await registry.manifest(referenceTo(server.host))
    const signed = `http://${storage.host}/v2/${repository}/blobs/${layer.digest}?signature=s3cret`
    server.fault({ path: /\/blobs\//, redirect: signed })
    const bytes = await collect(registry.blob(referenceTo(server.host), layer, { offset: 1000 }))
    expect(bytes.equals(layerBytes.subarray(1000))).toBe(true)
    expect(authorizations(server).at(-1)).toMatch(/^(Basic|Bearer) /)
    expect(authorizations(storage)).toEqual([undefined])
    expect(storage.requests[0]?.headers.range).toBe('bytes=1000-')
  },
)

it('keeps credentials on a redirect within one host', async () => {
  const server = await start({ auth: basicAuth })
  const { registry } = open(server.host, login(server.host))
  await registry.manifest(referenceTo(server.host))
  const other = `http://${server.host}/v2/${repository}/manifests/docker`
  server.fault({ path: /\/manifests\/oci$/, redirect: other })
  await registry.manifest(referenceTo(server.host))
  expect(authorizations(server).at(-1)).toBe(`Basic ${basic}`)
})

it('answers no challenge of a host that it was redirected to', async () => {
  const thief = await start({ auth: basicAuth })
  const server = await start()
  server.fault({ path: /\/blobs\//, redirect: `http://${thief.host}/v2/${repository}/blobs/${layer.digest}` })
  const { registry } = open(server.host, login(server.host))
  const error = await failure(collect(registry.blob(referenceTo(server.host), layer)))
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
  const error = await failure(open(server.host).registry.manifest(referenceTo(server.host)))
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain(words)
  expect(server.requests).toHaveLength(requests)
})

it('shows no signature of an address that it was redirected to', async () => {
  const storage = await start({ images: {} })
  const server = await start()
  server.fault({ path: /\/blobs\//, redirect: `http://${storage.host}/layer?signature=s3cret` })
  const error = await failure(collect(open(server.host).registry.blob(referenceTo(server.host), layer)))
  expect(error.message).toContain(`not found at http://${storage.host}/layer (404`)
  expect(textOf(error)).not.toContain('s3cret')
})
