import { describe, expect, test } from 'vitest'
import type { CarriedImage } from '../../../../../src/bundle/layout/index.ts'
import {
  type Descriptor,
  type Digest,
  digestOf,
  type Index,
  mediaTypes,
} from '../../../../../src/kernel/oci/index.ts'
import { pushImage } from '../../../../../src/site/load/ways/push-image.ts'
import { planRegistry, sourcesOf } from '../../../../../src/site/load/ways/registry-plan.ts'
import { memoryRegistryPush } from '../../../../support/memory-registry-push.ts'

const documents = new Map<Digest, Buffer>()
const config = Buffer.from('{}')

function store(mediaType: string, value: object): Descriptor {
  const bytes = Buffer.from(JSON.stringify(value))
  documents.set(digestOf(bytes), bytes)
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}

/** An image's manifest for a platform; `seed` makes it another one. */
function manifest(architecture: string, seed: string) {
  const blob = { mediaType: 'application/json', digest: digestOf(config), size: config.length }
  const value = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: blob,
    layers: [],
    annotations: { seed },
  }
  const descriptor = { ...store(mediaTypes.ociManifest, value), platform: { os: 'linux', architecture } }
  return { descriptor, config: blob, layers: [] }
}

const index = (...manifests: Descriptor[]) =>
  store(mediaTypes.ociIndex, { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
const elsewhere: Descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf('elsewhere'), size: 9 }

/** An image of two platforms below an index in an index; with `more` in it that is not carried, if wanted. */
function image(name: string, more: readonly Descriptor[] = []): CarriedImage {
  const [amd, arm] = [manifest('amd64', `${name} 1`), manifest('arm64', `${name} 2`)]
  const inner = index(arm.descriptor)
  const root = index(amd.descriptor, inner, ...more)
  return {
    ...{ name, descriptor: root, documents: [inner], attestations: [] },
    platforms: new Map([
      ['linux/amd64', { ...amd, parents: [root] }],
      ['linux/arm64', { ...arm, parents: [root, inner] }],
    ]),
  }
}

async function pushed(carried: CarriedImage, push = memoryRegistryPush()) {
  const [placed] = planRegistry({ images: [carried], absent: [] }, 'mirror').images
  if (placed === undefined) throw new Error('no image was planned')
  push.blobs.set(`${placed.repository}@${digestOf(config)}`, config)
  const told: string[] = []
  const { changed } = await pushImage({
    ...{ push, placed, registry: { host: 'registry.example' }, tell: text => told.push(text) },
    bundle: { read: async digest => documents.get(digest) ?? Buffer.alloc(0) },
    signal: new AbortController().signal,
  })
  return { changed, told, push, tag: await push.digest(placed.repository, placed.tag) }
}

const name = 'docker.io/team/app:v1'

test('manifests come before the indexes that name them, the innermost first, and the tag last', async () => {
  const carried = image(name)
  const { changed, told, push, tag } = await pushed(carried)
  expect([changed, told, tag]).toEqual([true, [], carried.descriptor.digest])
  const [inner] = carried.documents
  expect(push.calls.slice(2)).toEqual([
    `stored mirror/team/app@${inner?.digest}`,
    `stored mirror/team/app@${carried.descriptor.digest}`,
    'stored mirror/team/app@v1',
  ])
  expect(await pushed(carried, push)).toMatchObject({ changed: false, told: [] })
})

test('a tag that somebody has moved is put back', async () => {
  const { push } = await pushed(image(name))
  push.manifests.set('mirror/team/app@v1', Buffer.from('{}'))
  expect(await pushed(image(name), push)).toMatchObject({ changed: true, tag: image(name).descriptor.digest })
})

describe('an index that is refused', () => {
  test('gives way to one of the platforms that are carried', async () => {
    const carried = image(name, [elsewhere])
    const { told, push, tag } = await pushed(carried)
    const made = push.manifests.get('mirror/team/app@v1') ?? Buffer.alloc(0)
    const { manifests } = JSON.parse(Buffer.from(made).toString()) as Index
    expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(['amd64', 'arm64'])
    expect(told).toEqual([expect.stringContaining(`its tag leads to ${tag} there`)])
    expect(await pushed(carried, push)).toMatchObject({ changed: false, tag })
  })

  test('is an error where pods ask for it by its digest', async () => {
    const { digest } = image(name, [elsewhere]).descriptor
    const carried = { ...image(name, [elsewhere]), name: `${name}@${digest}` }
    await expect(pushed(carried)).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('pods ask for it by its digest'),
      hints: [expect.stringContaining('all platforms'), expect.stringContaining('distribution')],
    })
  })
})

test('a manifest that is refused although all is there is an error', async () => {
  const push = memoryRegistryPush()
  push.manifest = async () => 'refused'
  await expect(pushed(image(name), push)).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message: expect.stringContaining('although all that it names is there'),
  })
})

test('a tag that leads elsewhere after the push is an error', async () => {
  const push = memoryRegistryPush()
  const digest = push.digest
  push.digest = async (repository, reference) =>
    reference === 'v1' ? digestOf('other') : digest(repository, reference)
  await expect(pushed(image(name), push)).rejects.toMatchObject({
    message: `registry.example/mirror/team/app:v1 is ${digestOf('other')} after the push, not ${image(name).descriptor.digest}`,
  })
})

describe('names there', () => {
  test('that two images would share are refused, unless they are one', () => {
    const other = image('ghcr.io/team/app:v1')
    expect(() => planRegistry({ images: [image(name), other], absent: [] }, undefined)).toThrow(
      'docker.io/team/app:v1 and ghcr.io/team/app:v1 would both be team/app:v1',
    )
    const same = { ...image(name), name: 'ghcr.io/team/app:v1' }
    expect(planRegistry({ images: [image(name), same], absent: [] }, undefined).images).toHaveLength(2)
  })

  test('come from registries that are told once', () => {
    const names = ['ghcr.io/a/b:1', 'docker.io/c/d:1', 'ghcr.io/e/f:1@sha256:'.concat('0'.repeat(64))]
    expect(sourcesOf(names.map(name => ({ name })))).toEqual(['docker.io', 'ghcr.io'])
  })
})
