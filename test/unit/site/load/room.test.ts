import { expect, test } from 'vitest'
import { loadImages, requireRoom } from '../../../../src/site/load/index.ts'
import { memoryRuntime } from '../../../support/memory-runtime.ts'
import { sampleDelta } from '../../../support/sample-delta.ts'
import { load, open, platform, sample } from './node.ts'

test('an empty node needs room for every image, packed and unpacked', async () => {
  const { content, unpacked, free } = await requireRoom(memoryRuntime('amd64'), await open(), platform)
  expect(content).toBeGreaterThan(180_000)
  expect(content).toBeLessThan(sample.file.length)
  // Three layers of 60,000 bytes, each a tar of some blocks more.
  expect(unpacked).toBe(3 * 61_952)
  expect(free).toBe(Number.MAX_SAFE_INTEGER)
})

test('what is there already needs none', async () => {
  const runtime = memoryRuntime('amd64')
  const bundle = await open()
  await loadImages({ bundle, runtime, platform })
  expect(await requireRoom(runtime, bundle, platform)).toMatchObject({ content: 0, unpacked: 0 })
})

test('too little room is said in bytes, with the place', async () => {
  const runtime = memoryRuntime('amd64')
  runtime.free = 100_000
  await expect(requireRoom(runtime, await open(), platform)).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringMatching(
      /they take [\d.]+ k?B and about [\d.]+ kB more unpacked, 100.0 kB are free at \/memory/,
    ),
  })
})

test('a delta needs room for what the node has not, and nothing for what it has', async () => {
  const { full, older, delta } = sampleDelta({ layerSize: 60_000 }, 0)
  const runtime = memoryRuntime('amd64')
  await load(runtime, older.file)
  const needed = await requireRoom(runtime, await open(delta), platform)
  const whole = await requireRoom(memoryRuntime('amd64'), await open(full.file), platform)
  expect(needed.content).toBeLessThan(whole.content)
  expect(needed.unpacked).toBeLessThan(whole.unpacked)
})
