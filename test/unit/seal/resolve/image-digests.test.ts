import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { digestOf, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { pinImages as pin } from '../../../../src/seal/resolve/index.ts'
import { MemoryRegistry } from '../../../support/memory-registry.ts'

/** The pinned images; the error of the first that failed, with what is there in its place. */
async function pinImages(...args: Parameters<typeof pin>) {
  const { pinned, failed } = await pin(...args)
  const [{ error, instead } = {}] = failed
  if (error !== undefined) throw error.with({ hints: instead === undefined ? [] : [instead] })
  return pinned
}

const found = (...names: string[]) =>
  names.map(name => ({ name, reasons: [{ chart: 'app', object: 'Deployment/x', field: 'spec.image' }] }))

/** What the lock says of an image's config and layers, with their bytes. */
const blobs = (architecture: string, ...layers: string[]) => {
  const config = JSON.stringify({ os: 'linux', architecture })
  return {
    config: { digest: digestOf(config), size: config.length },
    layers: Object.fromEntries(layers.map(text => [digestOf(text), text.length])),
  }
}

function multi(registry: MemoryRegistry) {
  const amd64 = {
    ...registry.image('r.io/multi', 'amd64', 'amd64', ['aaaa', 'bb']),
    platform: { os: 'linux', architecture: 'amd64' },
  }
  const arm64 = {
    ...registry.image('r.io/multi', 'arm64', 'arm64', ['ccc']),
    platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
  }
  const attestation = { ...arm64, platform: { os: 'unknown', architecture: 'unknown' } }
  const index = registry.put(
    'r.io/multi',
    '1',
    { manifests: [attestation, amd64, arm64] },
    mediaTypes.ociIndex,
  )
  return { index, amd64, arm64 }
}

describe('pinning', () => {
  test('an index keeps its digest and gives the manifest of each platform, with sizes', async () => {
    const registry = new MemoryRegistry()
    const { index, amd64, arm64 } = multi(registry)
    const [image] = await pinImages(found('r.io/multi:1'), {
      registry,
      platforms: ['linux/arm64', 'linux/amd64'],
    })
    expect(image?.digest).toBe(index.digest)
    expect(image?.platforms).toEqual({
      'linux/amd64': { manifest: amd64.digest, ...blobs('amd64', 'aaaa', 'bb') },
      'linux/arm64': { manifest: arm64.digest, ...blobs('arm64', 'ccc') },
    })
  })

  test('only platforms that are wanted are asked for', async () => {
    const registry = new MemoryRegistry()
    multi(registry)
    await pinImages(found('r.io/multi:1'), { registry, platforms: ['linux/amd64'] })
    expect(registry.asked).toHaveLength(2)
  })

  test('of entries that name no platform the configs are asked, where one is missing', async () => {
    const registry = new MemoryRegistry()
    const { amd64, arm64 } = multi(registry)
    const { platform: _, ...unsaid } = arm64
    const artifact = registry.put('r.io/multi', 'notes', { config: registry.blobOf('{}', 'a/b'), layers: [] })
    const manifests = [artifact, { ...unsaid, platform: {} }, amd64]
    registry.put('r.io/multi', '2', { manifests }, mediaTypes.ociIndex)
    const platformsFor = async (...platforms: string[]) => {
      registry.asked.length = 0
      const [image] = await pinImages(found('r.io/multi:2'), { registry, platforms })
      return Object.entries(image?.platforms ?? {}).map(([name, { manifest }]) => [name, manifest])
    }
    expect(await platformsFor('linux/amd64')).toEqual([['linux/amd64', amd64.digest]])
    expect(registry.asked).toHaveLength(2)
    expect(await platformsFor('linux/amd64', 'linux/arm64')).toEqual([
      ['linux/amd64', amd64.digest],
      ['linux/arm64', arm64.digest],
    ])
    await expect(platformsFor('linux/s390x')).rejects.toMatchObject({
      hints: ['It is there for: linux/amd64, linux/arm64.'],
    })
  })

  test('a single manifest is checked against its config; a layer that is there twice counts once', async () => {
    const registry = new MemoryRegistry()
    const manifest = registry.image('r.io/single', '1', 'amd64', ['same', 'same'])
    const [image] = await pinImages(found('r.io/single:1'), { registry, platforms: ['linux/amd64'] })
    expect(image?.platforms).toEqual({
      'linux/amd64': { manifest: manifest.digest, ...blobs('amd64', 'same') },
    })
  })

  test('a missing platform names the image, the platform and what there is', async () => {
    const registry = new MemoryRegistry()
    registry.image('r.io/single', '1', 'arm64', ['x'])
    await expect(
      pinImages(found('r.io/single:1'), { registry, platforms: ['linux/amd64'] }),
    ).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: 'r.io/single:1 has no image for linux/amd64',
      hints: ['It is there for: linux/arm64.'],
    })
  })

  test('a version that is not there is told with the nearest that are', async () => {
    const registry = new MemoryRegistry()
    for (const tag of ['v1.2.0', 'v1.3.0', 'latest', '1.2.0-alpine'])
      registry.image('r.io/app', tag, 'amd64', ['x'])
    const hints = async (name: string) => {
      const error = await pinImages(found(name), { registry, platforms: ['linux/amd64'] }).catch(
        thrown => thrown,
      )
      expect(error).toMatchObject({ code: 'IMAGE_NOT_FOUND', message: `${name} is not there` })
      return error.hints
    }
    expect(await hints('r.io/app:v1.2.5')).toEqual(['Nearest versions there: v1.3.0, v1.2.0, 1.2.0-alpine.'])
    expect(await hints('r.io/app:stable')).toEqual([])
    expect(await hints(`r.io/app:v1.2.5@${digestOf('gone')}`)).toEqual([])
    expect(await hints('r.io/other:1.0.0')).toEqual([])
    registry.tags = async () => undefined as never
    expect(await hints('r.io/app:v1.2.5')).toEqual([])
  })

  test('an image given by digest is asked for by digest, and keeps its name', async () => {
    const registry = new MemoryRegistry()
    const { digest } = registry.image('r.io/single', 'old', 'amd64', ['x'])
    registry.image('r.io/single', '1', 'amd64', ['moved'])
    const name = `r.io/single:1@${digest}`
    const [image] = await pinImages(found(name), { registry, platforms: ['linux/amd64'] })
    expect(image).toMatchObject({ name, digest })
  })

  test('what is known already is not asked for, and keeps its reasons of now', async () => {
    const registry = new MemoryRegistry()
    registry.image('r.io/new', '1', 'amd64', ['x'])
    const pinned = { name: 'r.io/kept:1', digest: digestOf('kept'), platforms: {}, reasons: [] }
    const images = found('r.io/kept:1', 'r.io/new:1')
    const known = new Map([[pinned.name, pinned]])
    const [kept] = await pinImages(images, { registry, platforms: ['linux/amd64'], known })
    expect(kept).toEqual({ ...images[0], digest: pinned.digest, platforms: {} })
    expect(registry.asked).toEqual(['r.io/new:1'])
  })

  test('each that fails is told with its reason, and keeps no other from being pinned', async () => {
    const registry = new MemoryRegistry()
    registry.image('r.io/there', '1', 'amd64', ['x'])
    const down = new SealiftError('REGISTRY_FAILED', 'answered 500')
    const { manifest } = registry
    registry.manifest = async reference => {
      if (reference.repository === 'down') throw down
      return await manifest.call(registry, reference)
    }
    const images = found('r.io/down:1', 'r.io/gone:1', 'r.io/there:1')
    const result = await pin(images, { registry, platforms: ['linux/amd64'] })
    expect(result.pinned.map(({ name }) => name)).toEqual(['r.io/there:1'])
    const neededBy = 'app Deployment/x spec.image'
    expect(result.failed).toEqual([
      { name: 'r.io/down:1', neededBy, error: down },
      { name: 'r.io/gone:1', neededBy, error: expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }) },
    ])
  })

  describe('what stood there before', () => {
    const platforms = ['linux/amd64', 'linux/arm64']
    const again = async (
      registry: MemoryRegistry,
      wanted: readonly string[] = platforms,
      had = platforms,
    ) => {
      const images = found('r.io/multi:1')
      const [first] = await pinImages(images, { registry, platforms: had })
      if (first === undefined) throw new Error('it is there')
      registry.asked.length = 0
      const before = new Map([[first.name, [first]]])
      const [second] = await pinImages(images, { registry, platforms: wanted, before })
      return { first, second }
    }

    test('is not read where the digest is the same, also for fewer platforms', async () => {
      const registry = new MemoryRegistry()
      multi(registry)
      const { first, second } = await again(registry)
      expect(second).toEqual(first)
      expect(Object.keys((await again(registry, ['linux/arm64'])).second?.platforms ?? {})).toEqual([
        'linux/arm64',
      ])
      expect(registry.asked).toEqual([])
      expect(registry.headed).toEqual(['r.io/multi:1', 'r.io/multi:1'])
    })

    test('is read for a platform that is new, and where the registry says no digest', async () => {
      const registry = new MemoryRegistry()
      const { amd64, arm64 } = multi(registry)
      const { second } = await again(registry, platforms, ['linux/amd64'])
      expect(second?.platforms['linux/arm64']?.manifest).toBe(arm64.digest)
      expect(registry.headed).toEqual([])
      registry.answersHead = false
      expect((await again(registry)).second?.platforms['linux/amd64']?.manifest).toBe(amd64.digest)
      expect(registry.asked).toHaveLength(3)
    })
  })

  test('the order is kept whatever comes first', async () => {
    const registry = new MemoryRegistry()
    const names = Array.from({ length: 9 }, (_, i) => `r.io/i${i}:1`)
    for (const name of names) registry.image(name.slice(0, -2), '1', 'amd64', [name])
    const pinned = await pinImages(found(...names), { registry, platforms: ['linux/amd64'] })
    expect(pinned.map(({ name }) => name)).toEqual(names)
  })

  test('an artifact that is no image is refused', async () => {
    const registry = new MemoryRegistry()
    registry.put('r.io/chart', '1', { config: registry.blobOf('{}', mediaTypes.helmConfig), layers: [] })
    await expect(pinImages(found('r.io/chart:1'), { registry, platforms: ['linux/amd64'] })).rejects.toThrow(
      'it is no image',
    )
  })
})
