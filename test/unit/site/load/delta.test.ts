/** A delta is loaded where its base is, and nowhere else. */
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { loadImages, requireBase } from '../../../../src/site/load/index.ts'
import { incompleteOn } from '../../../support/incomplete-on.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { sampleDelta } from '../../../support/sample-delta.ts'
import { load, names, open, platform } from './node.ts'

describe('a delta', () => {
  const { older, full, delta, absent } = sampleDelta({ layerSize: 60_000 })
  const missing = {
    code: 'BASE_MISSING',
    faults: expect.arrayContaining([
      expect.stringMatching(/^sha256:[0-9a-f]{64} \([\d.]+ k?B\) of docker\.io\//),
    ]),
    hints: expect.arrayContaining([expect.stringContaining('sealift merge')]),
  }

  test('is loaded on a node that has the older bundle: only what it holds is moved', async () => {
    const runtime = memoryRuntime('amd64')
    await load(runtime, older.file)
    runtime.bytesRead = 0
    const bundle = await open(delta)
    expect(await requireBase(runtime, bundle, platform)).toBe(absent.length)
    const result = await loadImages({ bundle, runtime, platform })
    expect(result.loaded).toEqual(names)
    expect(result.bytes).toBeLessThan(delta.length)
    expect(runtime.bytesRead).toBeLessThan(delta.length)
    expect(await incompleteOn(runtime, names)).toEqual([])
    expect((await runtime.images()).map(({ digest }) => digest)).toEqual(
      full.lock.images.map(({ digest }) => digest),
    )
  })

  test.each([
    ['an empty node', undefined],
    ['a node that has another bundle', sampleBundle({ seed: 'other' }).file],
  ])('is refused on %s, every layer named, and nothing is imported', async (_, file) => {
    const runtime = memoryRuntime('amd64')
    if (file) await load(runtime, file)
    const before = await runtime.content()
    const bundle = await open(delta)
    for (const refused of [requireBase(runtime, bundle, platform), loadImages({ bundle, runtime, platform })])
      await expect(refused).rejects.toMatchObject({ ...missing, faults: { length: absent.length } })
    await expect(requireBase(runtime, bundle, platform)).rejects.toMatchObject(missing)
    expect(await runtime.content()).toEqual(before)
  })

  test('is refused when the older images were removed and collected since', async () => {
    const runtime = memoryRuntime('amd64')
    await load(runtime, older.file)
    await runtime.remove(names)
    await expect(requireBase(runtime, await open(delta), platform)).rejects.toMatchObject(missing)
  })

  test('needs only the layers of images that are not there yet', async () => {
    const runtime = memoryRuntime('amd64')
    await load(runtime, full.file)
    expect(await requireBase(runtime, await open(delta), platform)).toBe(0)
    await runtime.remove([sampleImages.plain])
    const refused = requireBase(runtime, await open(delta), platform)
    await expect(refused).rejects.toMatchObject({ ...missing, faults: { length: 1 } })
  })

  test('of which a node loses a layer after the first look is refused before the import', async () => {
    const runtime = memoryRuntime('amd64')
    await load(runtime, older.file)
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
