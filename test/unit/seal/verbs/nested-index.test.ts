/** Images whose index leads to other indexes, or to what is for no platform: locked, built, opened, diffed. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../../../src/bundle/verify/index.ts'
import { type Descriptor, digestOf, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { build } from '../../../../src/seal/verbs/build/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'
import { memorySource } from '../../../support/memory-files.ts'
import type { MemoryRegistry } from '../../../support/memory-registry.ts'

const platform = 'linux/amd64'
const repository = 'registry.test/app'
const request = { specDir: 'spec', platform, output: 'out', concurrency: 2, epoch: 0 }
const on = (image: Descriptor, architecture: string, os = 'linux') => ({
  ...image,
  platform: { os, architecture },
})
const absent = (text: string, mediaType: string = mediaTypes.ociManifest): Descriptor => ({
  mediaType,
  digest: digestOf(text),
  size: 400,
})

/** Puts an index under a tag of its own. */
const indexOf = (registry: MemoryRegistry, tag: string, manifests: readonly object[]) =>
  registry.put(repository, tag, { manifests }, mediaTypes.ociIndex)

/** Locks and builds a spec whose one image is made by `make`; gives the bundle, and what verifying it says. */
async function built(make: (registry: MemoryRegistry) => Descriptor) {
  const made = await connectedSpec()
  const root = make(made.registry)
  await lock({ specDir: 'spec', platform, budget: 'hold' }, made.host, made.talk)
  await build(request, made.host, made.talk)
  const source = memorySource(await made.files.readBytes('out/small-1.0.0.tar'))
  const { faults } = await verifyBundle(source, { platform })
  return { made, root, bundle: await openBundle(source), faults }
}

const shapes: Record<string, (registry: MemoryRegistry, image: Descriptor) => Descriptor> = {
  'in an index in an index': (registry, image) =>
    indexOf(registry, '1', [indexOf(registry, 'inner', [on(image, 'amd64')])]),
  'in an index for its platform, without a platform of its own': (registry, image) => {
    const inner = indexOf(registry, 'inner', [image])
    return indexOf(registry, '1', [
      { ...absent('theirs', mediaTypes.ociIndex), platform: { os: 'linux', architecture: 's390x' } },
      on(inner, 'amd64'),
    ])
  },
  'four indexes deep': (registry, image) => {
    const inner = indexOf(registry, 'c', [on(image, 'amd64')])
    return indexOf(registry, '1', [indexOf(registry, 'a', [indexOf(registry, 'b', [inner])])])
  },
  'in an index that is named twice': (registry, image) => {
    const inner = indexOf(registry, 'inner', [on(image, 'amd64')])
    return indexOf(registry, '1', [inner, inner])
  },
  'that an index names twice, below another one': (registry, image) =>
    indexOf(registry, '1', [indexOf(registry, 'inner', [on(image, 'amd64'), on(image, 'amd64')])]),
  'beside an index that is also named where none is looked for': (registry, image) => {
    const shared = indexOf(registry, 'd', [on(absent('far'), 's390x')])
    const deep = indexOf(registry, 'a', [indexOf(registry, 'b', [indexOf(registry, 'c', [shared])])])
    return indexOf(registry, '1', [shared, deep, indexOf(registry, 'inner', [on(image, 'amd64')])])
  },
  'in two indexes': (registry, image) => {
    const inner = (tag: string) =>
      indexOf(registry, tag, [on(image, 'amd64'), { ...on(absent(tag), 'unknown', 'unknown') }])
    return indexOf(registry, '1', [inner('a'), inner('b')])
  },
}

test.each(Object.entries(shapes))('an image %s is carried with all that leads to it', async (_, make) => {
  const { bundle, root, faults } = await built(registry =>
    make(registry, registry.image(repository, 'below', 'amd64', ['the layer'])),
  )
  expect(faults).toEqual([])
  expect(
    bundle.images.map(({ descriptor, platforms }) => [descriptor.digest, [...platforms.keys()]]),
  ).toEqual([[root.digest, [platform]]])
  const [image] = bundle.images
  const parents = image?.platforms.get(platform)?.parents ?? []
  expect(parents.length).toBeGreaterThan(1)
  expect(parents.every(index => bundle.has(index))).toBe(true)
})

test('manifests that a node reads on its way are carried alone: no config, no layer of theirs', async () => {
  const { made, bundle, faults } = await built(registry => {
    const note = registry.put(repository, 'note', {
      config: registry.blobOf('{}', mediaTypes.ociEmpty),
      layers: [registry.blobOf('a note', 'text/plain')],
    })
    const image = registry.image(repository, 'below', 'amd64', ['the layer'])
    const older = registry.image(repository, 'old', '386', ['another layer'])
    const slow = registry.image(repository, 'slow', 'amd64', ['the same, packed otherwise'])
    const far = registry.image(repository, 'far', 's390x', ['far away'])
    const manifests = [note, on(image, 'amd64'), on(older, '386'), on(slow, 'amd64'), on(far, 's390x')]
    return indexOf(registry, '1', [...manifests, absent('not in the registry')])
  })
  // Once to lock it, once to build: registries count.
  const [whole] = bundle.images.flatMap(({ platforms }) => [...platforms.values()])
  expect(made.registry.asked.filter(name => name.endsWith(whole?.descriptor.digest ?? ''))).toHaveLength(2)
  expect(faults).toEqual([])
  const [image] = bundle.images
  expect([...(image?.platforms.keys() ?? [])]).toEqual([platform])
  expect(image?.documents).toHaveLength(3)
  expect(bundle.has({ digest: digestOf('a note'), size: 6 })).toBe(false)
  expect(bundle.has({ digest: digestOf('far away'), size: 8 })).toBe(false)
})

test('an attestation that a nested index names is carried', async () => {
  const { bundle, faults } = await built(registry => {
    const image = registry.image(repository, 'below', 'amd64', ['the layer'])
    const statement = registry.put(repository, 'statement', {
      config: registry.blobOf('{"of":"an attestation"}', 'application/vnd.oci.image.config.v1+json'),
      layers: [registry.blobOf('{}', 'application/vnd.in-toto+json')],
    })
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': image.digest,
    }
    const attestation = { ...on(statement, 'unknown', 'unknown'), annotations }
    return indexOf(registry, '1', [indexOf(registry, 'inner', [on(image, 'amd64'), attestation])])
  })
  expect(faults).toEqual([])
  expect(bundle.attachments.map(({ kind }) => kind)).toEqual(['attestation'])
})

test('an index that is nested deeper than that has no image', async () => {
  const deep = built(registry => {
    let inner = indexOf(registry, 'e', [registry.image(repository, 'below', 'amd64', ['the layer'])])
    for (const tag of ['d', 'c', 'b', '1']) inner = indexOf(registry, tag, [inner])
    return inner
  })
  await expect(deep).rejects.toMatchObject({
    code: 'IMAGE_NOT_FOUND',
    message: expect.stringContaining('has no image for linux/amd64'),
  })
})

test('of a nested image a delta leaves the layers out that the older bundle has', async () => {
  const { made, bundle: older } = await built(registry => {
    const image = registry.image(repository, 'below', 'amd64', ['the layer'])
    return indexOf(registry, '1', [indexOf(registry, 'inner', [on(image, 'amd64')])])
  })
  const { registry, files } = made
  await files.write('older.tar', await files.readBytes('out/small-1.0.0.tar'))
  const image = registry.image(repository, 'below', 'amd64', ['the layer', 'one more'])
  indexOf(registry, '1', [indexOf(registry, 'inner', [on(image, 'amd64')])])
  const spec = await files.readText('spec/bundle.yaml')
  await files.write(
    'spec/bundle.yaml',
    spec.replace('version: 1.0.0\nkubernetes', 'version: 1.1.0\nkubernetes'),
  )
  await lock({ specDir: 'spec', platform, budget: 'hold' }, made.host, made.talk)
  const { path } = await build({ ...request, since: 'older.tar' }, made.host, made.talk)
  const source = memorySource(await files.readBytes(path))
  const delta = await openBundle(source)
  expect(delta.absent.map(({ digest }) => digest)).toEqual([digestOf('the layer')])
  const bases = [{ name: 'older.tar', bundle: older }]
  expect(await verifyBundle(source, { platform, bases })).toMatchObject({ faults: [], missing: [] })
})
