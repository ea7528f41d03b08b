import { describe, expect, test } from 'vitest'
import { openBundle } from '../../../src/bundle/index.ts'
import { loadImages, planLoad, requireBase, runtimeNames } from '../../../src/load/index.ts'
import { type Digest, digestOf } from '../../../src/oci/index.ts'
import type { BundleSource } from '../../../src/ports/index.ts'
import { memorySource } from '../../support/memory-files.ts'
import { memoryRuntime } from '../../support/memory-runtime.ts'
import { sampleBundle, sampleImages } from '../../support/sample-bundle.ts'
import { sampleDelta } from '../../support/sample-delta.ts'

const platform = 'linux/amd64'
const names = Object.values(sampleImages)
const sample = sampleBundle({ layerSize: 60_000 })
const open = (file = sample.file) => openBundle(memorySource(file))

test('an empty node gets every image: by digest, pinned, unpacked', async () => {
  const runtime = memoryRuntime('amd64')
  const seen: { done: number; total: number }[] = []
  const result = await loadImages({
    bundle: await open(),
    runtime,
    platform,
    onProgress: one => seen.push(one),
  })
  expect(result).toMatchObject({ loaded: names, present: [] })
  expect(await runtime.images()).toEqual(
    sample.lock.images.map(({ name, digest }) => ({ name, digest, pinned: true })),
  )
  expect([...runtime.unpacked].sort()).toEqual(names)
  expect(await runtime.incomplete(names)).toEqual([])
  expect(seen.at(-1)).toEqual({ done: result.bytes, total: result.bytes })
})

test('a node that has all but one image is given that image only, read by offset', async () => {
  const runtime = memoryRuntime('amd64')
  const { file, lock } = sampleBundle({ layerSize: 2_000_000, layers: 3 })
  await loadImages({ bundle: await open(file), runtime, platform })
  await runtime.remove([sampleImages.plain])
  runtime.bytesRead = 0
  let read = 0
  const source = memorySource(file)
  const counted: BundleSource = {
    ...source,
    read(offset, length) {
      read += length
      return source.read(offset, length)
    },
  }
  const result = await loadImages({ bundle: await openBundle(counted), runtime, platform })
  expect(result).toMatchObject({ loaded: [sampleImages.plain], present: [sampleImages.indexed] })
  expect(result.bytes).toBeGreaterThan(6_000_000)
  expect(read).toBeLessThan(result.bytes * 1.01)
  expect(runtime.bytesRead).toBeLessThan(result.bytes * 1.01)
  expect((await runtime.images()).map(image => image.digest)).toEqual(lock.images.map(image => image.digest))
})

test('a node that has all is given nothing; what was not pinned is pinned', async () => {
  const runtime = memoryRuntime('amd64')
  const bundle = await open()
  await loadImages({ bundle, runtime, platform })
  const images = (await runtime.images()).map(image => ({
    ...image,
    pinned: image.name !== sampleImages.plain,
  }))
  expect(planLoad(bundle, images, platform)).toMatchObject({
    missing: [],
    unpinned: [sampleImages.plain],
    bytes: 0,
  })
  runtime.bytesRead = 0
  expect(await loadImages({ bundle, runtime, platform })).toMatchObject({
    loaded: [],
    present: names,
    bytes: 0,
  })
  expect(runtime.bytesRead).toBe(0)
})

test('the same name with another digest is loaded again', async () => {
  const runtime = memoryRuntime('amd64')
  await loadImages({ bundle: await open(sampleBundle({ seed: 'older' }).file), runtime, platform })
  expect(await loadImages({ bundle: await open(), runtime, platform })).toMatchObject({ loaded: names })
  expect((await runtime.images()).map(image => image.digest)).toEqual(
    sample.lock.images.map(image => image.digest),
  )
})

test('an image whose content is not all there is loaded again', async () => {
  const runtime = memoryRuntime('amd64')
  const bundle = await open()
  await loadImages({ bundle, runtime, platform })
  const layer = bundle.images[0]?.platforms.get(platform)?.layers.at(-1)
  expect(runtime.blobs.delete(layer?.digest ?? digestOf(''))).toBe(true)
  expect(await loadImages({ bundle, runtime, platform })).toMatchObject({ loaded: [sampleImages.plain] })
  expect(await runtime.incomplete(names)).toEqual([])
})

test('a name that pins a digest is also there as the kubelet asks for it', async () => {
  const pinned = `${sampleImages.plain}@${sample.lock.images[0]?.digest}`
  const { file } = sampleBundle({ pinFirst: true, layerSize: 60_000 })
  const runtime = memoryRuntime('amd64')
  const bundle = await open(file)
  await loadImages({ bundle, runtime, platform })
  const [image] = bundle.images
  expect(image === undefined ? [] : runtimeNames(image)).toEqual([
    pinned,
    `docker.io/infisical/infisical@${sample.lock.images[0]?.digest}`,
  ])
  expect((await runtime.images()).map(one => [one.name, one.pinned])).toEqual([
    [`docker.io/infisical/infisical:v0.165.8@${sample.lock.images[0]?.digest}`, true],
    [`docker.io/infisical/infisical@${sample.lock.images[0]?.digest}`, true],
    [sampleImages.indexed, true],
  ])
})

test('a node of another kind is told so before anything is imported', async () => {
  const runtime = memoryRuntime('arm64')
  await expect(loadImages({ bundle: await open(), runtime, platform: 'linux/arm64' })).rejects.toMatchObject({
    code: 'BUNDLE_WRONG_PLATFORM',
    message: expect.stringContaining('linux/arm64'),
  })
  expect(runtime.bytesRead).toBe(0)
})

test('a damaged layer breaks the import off: nothing of it becomes an image', async () => {
  const file = Buffer.from(sample.file)
  const layer = sample.plan.wanted.reduce((a, b) => (b.size > a.size ? b : a))
  file[layer.offset + 9] = (file[layer.offset + 9] ?? 0) ^ 1
  const runtime = memoryRuntime('amd64')
  await expect(loadImages({ bundle: await open(file), runtime, platform })).rejects.toMatchObject({
    code: 'BUNDLE_DAMAGED',
    message: expect.stringContaining(layer.digest),
  })
  expect(await runtime.images()).toEqual([])
})

test.each([
  ['another digest', 'is sha256:'],
  ['no pin', 'is not pinned'],
  ['content that is missing', 'is not complete'],
  ['no image', 'is not there'],
])('a runtime that ends up with %s is not believed', async (what, message) => {
  const real = memoryRuntime('amd64')
  const other: Digest = digestOf('other')
  const runtime = {
    ...real,
    async images() {
      const images = await real.images()
      if (what === 'no image') return images.slice(1)
      if (what === 'another digest')
        return images.map((one, i) => (i === 0 ? { ...one, digest: other } : one))
      return what === 'no pin' ? images.map(one => ({ ...one, pinned: false })) : images
    },
    incomplete: async (asked: readonly string[]) =>
      what === 'content that is missing' ? [...asked].slice(0, 1) : real.incomplete(asked),
  }
  await expect(loadImages({ bundle: await open(), runtime, platform })).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    faults: expect.arrayContaining([expect.stringContaining(message)]),
  })
})

test('an interruption on the way ends it', async () => {
  const stop = new AbortController()
  const runtime = memoryRuntime('amd64')
  const loading = loadImages({
    bundle: await open(),
    runtime,
    platform,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  })
  await expect(loading).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(await runtime.images()).toEqual([])
})

describe('a delta', () => {
  const { older, full, delta, absent } = sampleDelta({ layerSize: 60_000 })
  const missing = {
    code: 'BASE_MISSING',
    faults: expect.arrayContaining([
      expect.stringMatching(/^sha256:[0-9a-f]{64} \(\d+ bytes\) of docker\.io\//),
    ]),
    hints: expect.arrayContaining([expect.stringContaining('sealift merge')]),
  }

  test('is loaded on a node that has the older bundle: only what it holds is moved', async () => {
    const runtime = memoryRuntime('amd64')
    await loadImages({ bundle: await open(older.file), runtime, platform })
    runtime.bytesRead = 0
    const bundle = await open(delta)
    expect(await requireBase(runtime, bundle, platform)).toBe(absent.length)
    const result = await loadImages({ bundle, runtime, platform })
    expect(result.loaded).toEqual(names)
    expect(result.bytes).toBeLessThan(delta.length)
    expect(runtime.bytesRead).toBeLessThan(delta.length)
    expect(await runtime.incomplete(names)).toEqual([])
    expect((await runtime.images()).map(({ digest }) => digest)).toEqual(
      full.lock.images.map(({ digest }) => digest),
    )
  })

  test.each([
    ['an empty node', undefined],
    ['a node that has another bundle', sampleBundle({ seed: 'other' }).file],
  ])('is refused on %s, every layer named, and nothing is imported', async (_, file) => {
    const runtime = memoryRuntime('amd64')
    if (file) await loadImages({ bundle: await open(file), runtime, platform })
    const before = await runtime.content()
    const bundle = await open(delta)
    for (const refused of [requireBase(runtime, bundle, platform), loadImages({ bundle, runtime, platform })])
      await expect(refused).rejects.toMatchObject({ ...missing, faults: { length: absent.length } })
    await expect(requireBase(runtime, bundle, platform)).rejects.toMatchObject(missing)
    expect(await runtime.content()).toEqual(before)
  })

  test('is refused when the older images were removed and collected since', async () => {
    const runtime = memoryRuntime('amd64')
    await loadImages({ bundle: await open(older.file), runtime, platform })
    await runtime.remove(names)
    await expect(requireBase(runtime, await open(delta), platform)).rejects.toMatchObject(missing)
  })

  test('needs only the layers of images that are not there yet', async () => {
    const runtime = memoryRuntime('amd64')
    await loadImages({ bundle: await open(full.file), runtime, platform })
    expect(await requireBase(runtime, await open(delta), platform)).toBe(0)
    await runtime.remove([sampleImages.plain])
    const refused = requireBase(runtime, await open(delta), platform)
    await expect(refused).rejects.toMatchObject({ ...missing, faults: { length: 1 } })
  })

  test('of which a node loses a layer after the first look is refused before the import', async () => {
    const runtime = memoryRuntime('amd64')
    await loadImages({ bundle: await open(older.file), runtime, platform })
    const bundle = await open(delta)
    await requireBase(runtime, bundle, platform)
    runtime.blobs.delete(absent[0] ?? digestOf(''))
    runtime.bytesRead = 0
    await expect(loadImages({ bundle, runtime, platform })).rejects.toMatchObject({ code: 'BASE_MISSING' })
    expect(runtime.bytesRead).toBe(0)
  })

  test('asks nothing more of a node than a full bundle does, when it is full', async () => {
    const runtime = { ...memoryRuntime('amd64'), content: () => Promise.reject(new Error('not asked')) }
    const bundle = await open(full.file)
    expect(await requireBase(runtime, bundle, platform)).toBe(0)
    expect(await loadImages({ bundle, runtime, platform })).toMatchObject({ loaded: names })
  })
})
