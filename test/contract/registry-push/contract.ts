/** What every RegistryPush must do; run against the one in memory and a real registry. */
import { randomBytes, randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Descriptor, digestOf, mediaTypes } from '../../../src/kernel/oci/index.ts'
import type { RegistryPush } from '../../../src/kernel/ports/index.ts'

const configType = 'application/vnd.oci.image.config.v1+json'
const layerType = 'application/vnd.oci.image.layer.v1.tar'
const contentOf = (bytes: Uint8Array) => ({ digest: digestOf(bytes), size: bytes.length })

/** Bytes in pieces, as they come from a file. */
async function* pieces(bytes: Uint8Array, size = 65_536) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const sending = (bytes: Uint8Array, from?: string) => ({ bytes: () => pieces(bytes), from })
const unasked = {
  bytes: (): AsyncIterable<Uint8Array> => {
    throw new Error('its bytes were asked for')
  },
}

/** A manifest of an image with one layer. */
function manifestOf(config: Uint8Array, layer: Uint8Array) {
  const value = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: configType, ...contentOf(config) },
    layers: [{ mediaType: layerType, ...contentOf(layer) }],
  }
  return { mediaType: mediaTypes.ociManifest, bytes: Buffer.from(JSON.stringify(value)) }
}

function indexOf(...manifests: Descriptor[]) {
  const value = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }
  return { mediaType: mediaTypes.ociIndex, bytes: Buffer.from(JSON.stringify(value)) }
}

/** Holds a registry to the port. */
export function registryPushContract(open: () => RegistryPush): void {
  let push: RegistryPush
  let repository: string
  const layer = randomBytes(1_500_000)
  const config = Buffer.from('{"architecture":"amd64","os":"linux"}')
  beforeEach(() => {
    push = open()
    repository = `team/${randomUUID()}`
  })

  /** An image in the repository, but for its tag. */
  async function image() {
    for (const bytes of [config, layer]) await push.blob(repository, contentOf(bytes), sending(bytes))
    return manifestOf(config, layer)
  }

  it('has a blob once it was sent, in that repository alone', async () => {
    const content = contentOf(layer)
    expect(await push.has(repository, content)).toBe(false)
    expect(await push.blob(repository, content, sending(layer))).toBe('uploaded')
    expect(await push.has(repository, content)).toBe(true)
    expect(await push.has(`${repository}-other`, content)).toBe(false)
  })

  it('takes a blob over from another repository, without its bytes', async () => {
    const content = contentOf(layer)
    await push.blob(repository, content, sending(layer))
    const other = `${repository}/other`
    expect(await push.blob(other, content, { ...unasked, from: repository })).toBe('mounted')
    expect(await push.has(other, content)).toBe(true)
  })

  it('wants the bytes where the other repository does not have it', async () => {
    const bytes = randomBytes(1000)
    expect(await push.blob(repository, contentOf(bytes), sending(bytes, `${repository}/none`))).toBe(
      'uploaded',
    )
  })

  it('refuses bytes that are not what the digest names, and has no such blob', async () => {
    const content = contentOf(randomBytes(1000))
    await expect(push.blob(repository, content, sending(Buffer.alloc(1000)))).rejects.toThrow()
    expect(await push.has(repository, content)).toBe(false)
  })

  it('passes on what the bytes’ source throws, and has no such blob', async () => {
    const fault = new Error('the stick was pulled')
    const bytes = async function* () {
      yield layer.subarray(0, 100_000)
      throw fault
    }
    await expect(push.blob(repository, contentOf(layer), { bytes })).rejects.toBe(fault)
    expect(await push.has(repository, contentOf(layer))).toBe(false)
  })

  it('stores a manifest by tag and by digest', async () => {
    const manifest = await image()
    const digest = digestOf(manifest.bytes)
    expect(await push.digest(repository, 'v1')).toBeUndefined()
    expect(await push.manifest(repository, 'v1', manifest)).toBe('stored')
    expect(await push.digest(repository, 'v1')).toBe(digest)
    expect(await push.digest(repository, digest)).toBe(digest)
    expect(await push.manifest(repository, digest, manifest)).toBe('stored')
  })

  describe('refuses what names something that it does not have:', () => {
    it('a manifest without its layer', async () => {
      await push.blob(repository, contentOf(config), sending(config))
      expect(await push.manifest(repository, 'v1', manifestOf(config, layer))).toBe('refused')
      expect(await push.digest(repository, 'v1')).toBeUndefined()
    })

    it('an index without one of its manifests', async () => {
      const manifest = await image()
      await push.manifest(repository, digestOf(manifest.bytes), manifest)
      const here = { mediaType: manifest.mediaType, ...contentOf(manifest.bytes) }
      const whole = indexOf({ ...here, platform: { os: 'linux', architecture: 'amd64' } })
      expect(await push.manifest(repository, 'v1', whole)).toBe('stored')
      const absent = { ...here, digest: digestOf('absent'), platform: { os: 'linux', architecture: 'arm64' } }
      expect(await push.manifest(repository, 'v1', indexOf(here, absent))).toBe('refused')
      expect(await push.digest(repository, 'v1')).toBe(digestOf(whole.bytes))
    })
  })

  it('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('enough'))
    await expect(push.blob(repository, contentOf(layer), sending(layer), stopped)).rejects.toBe(
      stopped.reason,
    )
  })
}
