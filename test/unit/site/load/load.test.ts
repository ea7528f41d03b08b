/** What a node is given: the images that it has not, whole, pinned, and under the names it asks for. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { type CarriedImage, openBundle } from '../../../../src/bundle/layout/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { BundleSource } from '../../../../src/kernel/ports/index.ts'
import { loadArchive, loadImages, namesOn, planLoad, runtimeNames } from '../../../../src/site/load/index.ts'
import { incompleteOn } from '../../../support/incomplete-on.ts'
import { tinyLayout } from '../../../support/layout.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../support/memory-runtime.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { load, names, open, platform, sample } from './node.ts'

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
  const as = { pinned: true, complete: true, unpacked: true, brought: true }
  expect(await runtime.images()).toEqual(
    sample.lock.images.map(({ name, digest }) => ({ name, digest, ...as })),
  )
  expect([...runtime.unpacked].sort()).toEqual(names)
  expect(await incompleteOn(runtime, names)).toEqual([])
  expect(seen.at(-1)).toEqual({ done: result.bytes, total: result.bytes })
})

test('a node that has all but one image is given that image only, read by offset', async () => {
  const runtime = memoryRuntime('amd64')
  const { file, lock } = sampleBundle({ layerSize: 2_000_000, layers: 3 })
  await load(runtime, file)
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
  await load(runtime, sampleBundle({ seed: 'older' }).file)
  expect(await load(runtime)).toMatchObject({ loaded: names })
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
  expect(await incompleteOn(runtime, names)).toEqual([])
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
  expect(await namesOn(runtime, bundle.lock.images)).toEqual((await runtime.images()).map(one => one.name))
})

test('an image that K3s has pinned is pinned anew, though it is there', async () => {
  const runtime = memoryRuntime('amd64')
  const bundle = await open()
  await loadImages({ bundle, runtime, platform })
  runtime.pinAsK3s(sampleImages.plain)
  const again = { changed: true, loaded: [], present: names, pinned: [sampleImages.plain] }
  expect(await loadImages({ bundle, runtime, platform })).toMatchObject(again)
  expect(await loadImages({ bundle, runtime, platform })).toMatchObject({ changed: false, pinned: [] })
})

/** What a load says that it brings, and which names are noted as brought after it. */
async function broughtBy(runtime: MemoryRuntime, file?: Buffer) {
  const announced: string[] = []
  const announce = async (brought: readonly { name: string }[]) => {
    announced.push(...brought.map(({ name }) => name))
  }
  await loadImages({ bundle: await open(file), runtime, platform, announce })
  return { announced, noted: (await runtime.images()).filter(one => one.brought).map(({ name }) => name) }
}

/** Imports a bundle's images as somebody else does, without their notes. */
const importAs = async (
  runtime: MemoryRuntime,
  file?: Buffer,
  change = (images: CarriedImage[]) => images,
) => {
  const bundle = await open(file)
  await runtime.import(loadArchive(bundle, change([...bundle.images]), platform))
  return bundle
}

test('what is there before, whole or not, is not brought; a rerun forgets nothing that is', async () => {
  const runtime = memoryRuntime('amd64')
  const { images } = await importAs(runtime, sample.file, ([first]) => (first ? [first] : []))
  const rest = names.slice(1)
  expect(await broughtBy(runtime)).toEqual({ announced: rest, noted: rest })
  for (const image of images) {
    const layer = image.platforms.get(platform)?.layers.at(-1)
    expect(runtime.blobs.delete(layer?.digest ?? digestOf(''))).toBe(true)
  }
  expect(await broughtBy(runtime)).toEqual({ announced: rest, noted: rest })
  expect(await broughtBy(runtime)).toEqual({ announced: [], noted: rest })
})

test('an image over another one of its name is brought, and no longer once somebody changes it', async () => {
  const runtime = memoryRuntime('amd64')
  const older = sampleBundle({ seed: 'older' }).file
  await importAs(runtime, older)
  expect(await broughtBy(runtime)).toEqual({ announced: names, noted: names })
  await importAs(runtime, older)
  expect((await runtime.images()).filter(({ brought }) => brought)).toEqual([])
})

test('of an image’s two names only the one that was not there is noted', async () => {
  const { file, lock } = sampleBundle({ pinFirst: true, layerSize: 60_000 })
  const runtime = memoryRuntime('amd64')
  const [name = ''] = lock.images.map(one => one.name)
  await importAs(runtime, file, ([first]) =>
    first ? [{ ...first, name: name.replace(/:[^@]*@/, '@') }] : [],
  )
  expect(await broughtBy(runtime, file)).toEqual({
    announced: [sampleImages.indexed],
    noted: [name, sampleImages.indexed],
  })
})

test('what a killed load has left is ended, also where all images are there', async () => {
  const runtime = memoryRuntime('amd64')
  const bundle = await open()
  const { tar } = await tinyLayout([{ name: 'docker.io/sample/half:1', file: 'half' }])
  await runtime.killedImport(Readable.from([tar]))
  await loadImages({ bundle, runtime, platform })
  expect(await runtime.leftovers()).toEqual([])
  const content = await runtime.content()
  expect((await loadImages({ bundle, runtime, platform })).changed).toBe(false)
  await runtime.killedImport(Readable.from([tar]))
  expect((await loadImages({ bundle, runtime, platform })).changed).toBe(true)
  expect(await runtime.content()).toEqual(content)
})

test('an image that a killed load has imported and not unpacked is unpacked', async () => {
  const runtime = memoryRuntime('amd64')
  await load(runtime)
  runtime.unpacked.delete(sampleImages.indexed)
  expect(await load(runtime)).toMatchObject({ loaded: [] })
  expect([...runtime.unpacked].sort()).toEqual(names)
})
