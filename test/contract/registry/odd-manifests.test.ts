/** Manifests that are not what they are said to be, or no manifests at all. */
import { expect, it } from 'vitest'
import { digestOf, mediaTypes } from '../../../src/kernel/oci/index.ts'
import { failure } from './connect.ts'
import { repository } from './images.ts'
import { closedAfterEach } from './opening.ts'

const { faulty } = closedAfterEach()
const manifests = /\/manifests\//

it('refuses a manifest that is not what its digest says', async () => {
  const { server, registry, reference } = await faulty()
  const { digest } = (await registry.manifest(reference)).descriptor
  server.fault({ path: manifests, bytes: Buffer.from('{"schemaVersion":2}') })
  const error = await failure(registry.manifest({ ...reference, digest }))
  expect(error.code).toBe('CONTENT_MISMATCH')
  expect(error.message).toContain(`instead of ${digest}`)
})

it('refuses a tag whose announced digest is not that of the bytes', async () => {
  const { server, registry, reference } = await faulty()
  server.fault({ path: manifests, headers: { 'docker-content-digest': digestOf('other') } })
  const error = await failure(registry.manifest(reference))
  expect(error.code).toBe('CONTENT_MISMATCH')
  expect(error.message).toContain('served other content than it announced')
})

it('refuses a manifest of more than 4 MiB', async () => {
  const { server, registry, reference } = await faulty()
  server.fault({ path: manifests, bytes: Buffer.alloc(4 * 1024 * 1024 + 1, ' ') })
  const error = await failure(registry.manifest(reference))
  expect([error.code, error.message]).toEqual([
    'REGISTRY_FAILED',
    `${server.host}/${repository}:oci: the manifest at http://${server.host} is larger than 4 MiB`,
  ])
})

it.each([
  ['a login page', 'text/html', '<html>Log in</html>', 'answered no manifest but text/html'],
  [
    'another artifact',
    'application/json',
    '{"mediaType":"application/x"}',
    'answered no manifest but application/x',
  ],
  [
    'schema 1',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    '{}',
    "only in Docker's schema 1",
  ],
  ['unlabelled schema 1', 'application/json', '{"schemaVersion":1}', "only in Docker's schema 1"],
])('refuses %s instead of a manifest', async (_, type, body, words) => {
  const { server, registry, reference } = await faulty()
  const bytes = Buffer.from(body)
  const headers = { 'content-type': type, 'docker-content-digest': digestOf(bytes) }
  server.fault({ path: manifests, bytes, headers })
  const error = await failure(registry.manifest(reference))
  expect(error.code).toBe('REGISTRY_FAILED')
  expect(error.message).toContain(words)
})

it('takes the media type from Content-Type only where the manifest has none', async () => {
  const { server, registry, reference } = await faulty()
  const bytes = Buffer.from('{"schemaVersion":2,"manifests":[]}')
  const headers = {
    'content-type': `${mediaTypes.ociIndex}; charset=utf-8`,
    'docker-content-digest': digestOf(bytes),
  }
  server.fault({ path: manifests, times: 1, bytes, headers })
  const { descriptor } = await registry.manifest(reference)
  expect(descriptor.mediaType).toBe(mediaTypes.ociIndex)
  server.fault({ path: manifests, headers: { 'content-type': mediaTypes.dockerIndex } })
  expect((await registry.manifest(reference)).descriptor.mediaType).toBe(mediaTypes.ociManifest)
})

it('reads a manifest again when the connection broke in the middle', async () => {
  const { server, registry, retries, reference } = await faulty()
  server.fault({ path: manifests, cutAfter: 20, times: 1 })
  const { descriptor } = await registry.manifest(reference)
  expect(descriptor.mediaType).toBe(mediaTypes.ociManifest)
  expect(retries[0]).toContain(`the connection to http://${server.host} broke`)
})
