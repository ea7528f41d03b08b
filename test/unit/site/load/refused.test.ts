/** Loads that end in an error: the wrong node, a damaged bundle, a runtime that is not believed, a stop. */
import { expect, test } from 'vitest'
import { type Digest, digestOf } from '../../../../src/kernel/oci/index.ts'
import type { Runtime } from '../../../../src/kernel/ports/index.ts'
import { doubtfulImages, loadImages } from '../../../../src/site/load/index.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { load, open, platform, sample } from './node.ts'

test('a node of another kind is told so before anything is imported', async () => {
  const runtime = memoryRuntime('arm64')
  await expect(loadImages({ bundle: await open(), runtime, platform: 'linux/arm64' })).rejects.toMatchObject({
    code: 'BUNDLE_WRONG_PLATFORM',
    message: expect.stringContaining('linux/arm64'),
  })
  expect(runtime.bytesRead).toBe(0)
})

test.each([
  [
    '{"os":"linux","architecture":"arm64"}',
    /is for linux\/arm64 by its config, and for linux\/amd64 by its index/,
  ],
  ['{"os":"windows","architecture":"amd64"}', /is for windows\/amd64 by its config/],
  ['{"os":"linux","architecture":"amd64","variant":"v2"}', undefined],
  ['{"os":"linux","architecture":""}', undefined],
  ['no JSON', undefined],
])('an image whose index says amd64 and whose config says %s is doubted', async (config, doubt) => {
  const bundle = { ...(await open()), read: async () => Buffer.from(config) }
  const doubts = await doubtfulImages(bundle, platform)
  expect(doubts).toEqual(doubt ? bundle.images.map(() => expect.stringMatching(doubt)) : [])
})

test('a damaged layer breaks the import off: nothing of it becomes an image', async () => {
  const file = Buffer.from(sample.file)
  const layer = sample.plan.wanted.reduce((a, b) => (b.size > a.size ? b : a))
  file[layer.offset + 9] = (file[layer.offset + 9] ?? 0) ^ 1
  const runtime = memoryRuntime('amd64')
  await expect(load(runtime, file)).rejects.toMatchObject({
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
      const spoilt = what === 'no pin' ? { pinned: false } : { complete: false }
      return images.map(one => ({ ...one, ...spoilt }))
    },
  }
  await expect(load(runtime)).rejects.toMatchObject({
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

test('an interruption while an image is unpacked ends it', async () => {
  const stop = new AbortController()
  const runtime = memoryRuntime('amd64')
  const slow: Runtime = {
    ...runtime,
    async unpack(name, signal) {
      stop.abort()
      return runtime.unpack(name, signal)
    },
  }
  const loading = loadImages({ bundle: await open(), runtime: slow, platform, signal: stop.signal })
  await expect(loading).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(runtime.unpacked.size).toBe(0)
})
