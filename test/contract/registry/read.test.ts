/** The same reads from our small registry, which the error tests use, and from the real distribution registry. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Descriptor, type Digest, digestOf } from '../../../src/kernel/oci/index.ts'
import { startRegistry } from '../../support/connected/registry.ts'
import { startFaultyRegistry } from '../../support/faulty-registry.ts'
import { collect, connect, failure, type TestConnection, textOf } from './connect.ts'
import {
  layerBytes,
  pushImages,
  referenceTo,
  repository,
  servedImages,
  testImages,
  testLayer,
} from './images.ts'
import { login, password, user } from './login.ts'

interface Server {
  readonly host: string
  stop(): Promise<void>
}

async function ours(scheme?: 'basic' | 'bearer'): Promise<Server> {
  const images = await servedImages()
  return startFaultyRegistry({ images, ...(scheme ? { auth: { scheme, user, password } } : {}) })
}

async function real(scheme?: 'basic' | 'token'): Promise<Server> {
  const server = await startRegistry(scheme ? { auth: { scheme, user, password } } : {})
  await pushImages(server.host, await server.authorization(repository))
  return server
}

const servers = [
  { name: 'ours, open', auth: false, start: () => ours() },
  { name: 'ours, basic', auth: true, start: () => ours('basic') },
  { name: 'ours, token', auth: true, start: () => ours('bearer') },
  { name: 'distribution, open', auth: false, start: () => real() },
  { name: 'distribution, basic', auth: true, start: () => real('basic') },
  { name: 'distribution, token', auth: true, start: () => real('token') },
]

describe.each(servers)('reading from a registry: $name', ({ auth, start }) => {
  let server: Server
  let connection: TestConnection
  let layer: Descriptor

  beforeAll(async () => {
    layer = await testLayer()
    server = await start()
    connection = connect(server.host, auth ? login(server.host) : {})
  }, 240_000)

  afterAll(async () => {
    await connection?.close()
    await server?.stop()
  })

  const reference = (rest: string) => referenceTo(server.host, rest)

  it.each(['oci', 'docker', 'oci-index', 'docker-index'])('gives the manifest of tag %s', async tag => {
    const image = (await testImages())[tag]
    const { descriptor, bytes } = await connection.registry.manifest(reference(`${repository}:${tag}`))
    expect(descriptor).toEqual({
      mediaType: image?.manifest.mediaType,
      digest: image?.manifest.digest,
      size: image?.manifest.size,
    })
    expect(digestOf(bytes)).toBe(image?.manifest.digest)
  })

  it('gives a manifest by its digest, whatever the tag beside it', async () => {
    const { digest } = await connection.registry
      .manifest(reference(`${repository}:oci`))
      .then(m => m.descriptor)
    const pinned = await connection.registry.manifest(reference(`${repository}:no-such-tag@${digest}`))
    expect(pinned.descriptor.digest).toBe(digest)
  })

  it.each(['oci', 'docker', 'oci-index', 'docker-index'])('gives the digest of tag %s by HEAD', async tag => {
    const digest = (await testImages())[tag]?.manifest.digest
    const { registry } = connection
    expect(await registry.digest(reference(`${repository}:${tag}`))).toBe(digest)
    expect(await registry.digest(reference(`${repository}@${digest}`))).toBe(digest)
  })

  it('says by HEAD that a tag is not there, beside a manifest that is', async () => {
    const beside = (await testImages())['oci']?.manifest.digest as Digest
    const missing = reference(`${repository}:no-such-tag`)
    const { registry } = connection
    expect(await registry.digest(missing, { beside })).toBe('absent')
    // Without one it may be that the registry does not answer HEAD.
    expect(await registry.digest(missing)).toBeUndefined()
    expect(await registry.digest(missing, { beside: digestOf('not there either') })).toBe('absent')
  })

  describe.each([false, true])('a blob, its chunks transient: %s', transient => {
    const read = (offset = 0) => connection.registry.blob(reference(repository), layer, { offset, transient })

    it('is given whole', async () => {
      expect((await collect(read())).equals(layerBytes)).toBe(true)
    })

    it('is given from any byte on', async () => {
      for (const offset of [1, 1_234_567, layer.size - 1, layer.size])
        expect((await collect(read(offset))).equals(layerBytes.subarray(offset))).toBe(true)
    })

    it('is given many times at once', async () => {
      const reads = Array.from({ length: 6 }, () => collect(read()))
      for (const bytes of await Promise.all(reads)) expect(bytes.equals(layerBytes)).toBe(true)
    })

    it('waits for a slow reader', async () => {
      let place = 0
      for await (const chunk of read()) {
        expect(chunk.length).toBeLessThanOrEqual(1024 * 1024)
        await new Promise(resolve => setTimeout(resolve, 20))
        expect(layerBytes.subarray(place, place + chunk.length).equals(chunk)).toBe(true)
        place += chunk.length
      }
      expect(place).toBe(layer.size)
    })

    it('stops in the middle when the reader does', async () => {
      for await (const chunk of read()) {
        expect(chunk.length).toBeLessThan(layer.size)
        break
      }
      expect((await collect(read(10))).equals(layerBytes.subarray(10))).toBe(true)
    })
  })

  it.each(['team/app:no-such-tag', 'no/such/repository:v1'])('says that %s does not exist', async name => {
    const error = await failure(connection.registry.manifest(reference(name)))
    expect(error.code).toBe('IMAGE_NOT_FOUND')
    expect(error.message).toContain(`${server.host}/${name}: not found at http://${server.host}/v2/`)
  })

  it('says that a blob does not exist', async () => {
    const missing = { ...layer, digest: digestOf('no such blob') }
    const error = await failure(collect(connection.registry.blob(reference(repository), missing)))
    expect(error.code).toBe('IMAGE_NOT_FOUND')
    expect(error.message).toContain(`${server.host}/${repository}@${missing.digest}: not found`)
  })

  if (!auth) return

  it('is denied without credentials, and says where they go', async () => {
    const stranger = connect(server.host)
    const error = await failure(stranger.registry.manifest(reference(`${repository}:oci`)))
    await stranger.close()
    expect(error.code).toBe('REGISTRY_DENIED')
    expect(error.message).toMatch(/denies access \(401/)
    expect(error.hints[0]).toContain(`docker login ${server.host}`)
  })

  it('is denied with a wrong password, and does not repeat it', async () => {
    const wrong = 'not-the-right-one'
    const stranger = connect(server.host, { auth: { [server.host]: { username: user, password: wrong } } })
    const error = await failure(stranger.registry.manifest(reference(`${repository}:oci`)))
    await stranger.close()
    expect(error.code).toBe('REGISTRY_DENIED')
    expect(error.hints[0]).toContain('were not accepted')
    expect(textOf(error)).not.toContain(wrong)
    expect(textOf(error)).not.toContain(Buffer.from(`${user}:${wrong}`).toString('base64'))
  })
})
