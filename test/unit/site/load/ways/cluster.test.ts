import { expect, test, vi } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import {
  chooseWay,
  type LoadRequest,
  loadImages,
  stepPerNode,
  wayName,
} from '../../../../../src/site/load/index.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { memoryNodes } from '../../../../support/memory-nodes.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import { sampleBundle, sampleImages } from '../../../../support/sample-bundle.ts'
import { sampleDelta } from '../../../../support/sample-delta.ts'
import { wayHost } from '../../../../support/way-host.ts'

const desk = wayHost()
const sample = Object.values(sampleImages)
const open = () => openBundle(memorySource(sampleBundle().file))

/** The way over nodes in memory, and what it tells. */
function way(runtimes: Readonly<Record<string, MemoryRuntime>>) {
  const nodes = memoryNodes(runtimes)
  const chosen = chooseWay('cluster', {}, { ...desk, nodes }, memorySource(new Uint8Array()))
  const talk = recordedTalk()
  const brought: string[][] = []
  const load = async () => {
    const request: LoadRequest = {
      bundle: await open(),
      clock: { now: Date.now, sleep: async () => {} },
      signal: new AbortController().signal,
      onProgress: progress,
      say: () => {},
      tell: () => {},
      announce: async images => void brought.push(images.map(({ name }) => name)),
      stepOn: stepPerNode(talk),
    }
    return chosen.load(request)
  }
  const progress = vi.fn()
  return { chosen, nodes, load, brought, progress, talk }
}

const have = async (runtime: MemoryRuntime) =>
  (await runtime.images()).filter(one => one.pinned && one.complete)

test('every node gets what it lacks, and no more, and is proven by itself', async () => {
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  const first = way({ one })
  await first.load()
  const before = one.bytesRead
  const both = way({ one, two })
  expect(await both.load()).toMatchObject({
    changed: true,
    loaded: sample,
    present: [],
    detail: '2 loaded, 0 there before, all pinned, on 2 nodes',
  })
  expect(one.bytesRead).toBe(before)
  expect((await have(two)).map(({ name }) => name)).toEqual(expect.arrayContaining(sample))
  // Noted once for each node that it was brought to.
  expect(both.brought).toEqual(expect.arrayContaining([sample]))
  expect(both.progress).toHaveBeenCalled()
  expect(both.talk.steps.filter(step => step.includes('node'))).toEqual(
    expect.arrayContaining([expect.stringContaining('node one'), expect.stringContaining('node two')]),
  )
})

test('what is on every node changes nothing', async () => {
  const runtimes = { one: memoryRuntime('amd64'), two: memoryRuntime('amd64') }
  await way(runtimes).load()
  expect(await way(runtimes).load()).toMatchObject({ changed: false, loaded: [], present: sample, bytes: 0 })
})

test('a node that fails is named, with what to do there', async () => {
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  const broken = {
    ...two,
    import: () => Promise.reject(new SealiftError('LOAD_FAILED', 'ctr images import: no')),
  }
  await expect(way({ one, two: broken }).load()).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message: 'node two: ctr images import: no',
  })
  expect(await have(one)).not.toEqual([])
})

test('room and the base of a delta are looked for on every node', async () => {
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  two.free = 10
  const { chosen } = way({ one, two })
  await expect(chosen.room(await open())).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringMatching(/^node two: no room/),
  })
  two.free = Number.MAX_SAFE_INTEGER
  expect((await chosen.room(await open())).detail).toMatch(/^node one: .*; node two: /)
})

test('a node of another architecture is told by its name', async () => {
  const nodes = memoryNodes({ pi: memoryRuntime('riscv64') }, 'linux/riscv64')
  const chosen = chooseWay('cluster', {}, { ...desk, nodes }, memorySource(new Uint8Array()))
  await expect(chosen.room(await open())).rejects.toMatchObject({
    code: 'BUNDLE_WRONG_PLATFORM',
    message: expect.stringMatching(/^node pi: /),
  })
})

test('without a node there is nothing to load into, and what was opened is closed', async () => {
  const { chosen, nodes, load } = way({})
  await expect(load()).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    message: expect.stringContaining('no node'),
  })
  await chosen.close?.()
  expect(nodes.closed).toBe(1)
})

test('where nobody says a way, it is this machine’s containerd only if no other node may run the pods', async () => {
  const [one, two] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  expect(
    await wayName(undefined, {}, { runtime: one, platform: desk.platform, nodes: memoryNodes({ one }) }),
  ).toBe('containerd')
  expect(
    await wayName(undefined, {}, { runtime: one, platform: desk.platform, nodes: memoryNodes({ one, two }) }),
  ).toBe('cluster')
  expect(
    await wayName(
      undefined,
      {},
      { runtime: undefined, platform: desk.platform, nodes: memoryNodes({ one }) },
    ),
  ).toBe('cluster')
})

test('who may not see the nodes, and is on one, works on that', async () => {
  const one = memoryRuntime('amd64')
  const denied = new SealiftError('CLUSTER_DENIED', 'not allowed to list nodes')
  const nodes = () => Promise.reject(denied)
  expect(await wayName(undefined, {}, { runtime: one, platform: desk.platform, nodes })).toBe('containerd')
  await expect(wayName(undefined, {}, { runtime: undefined, platform: desk.platform, nodes })).rejects.toBe(
    denied,
  )
})

test('a delta is looked for its base on every node, and each that lacks it is named; nothing is loaded', async () => {
  const { older, delta, absent } = sampleDelta()
  const [base, next] = [older.file, delta].map(file => openBundle(memorySource(file)))
  const nodes = { one: memoryRuntime('amd64'), two: memoryRuntime('amd64'), three: memoryRuntime('amd64') }
  const { chosen } = way(nodes)
  const bundle = await (next ?? open())
  const give = async (runtime: MemoryRuntime) =>
    loadImages({ bundle: await (base ?? open()), runtime, platform: 'linux/amd64' })
  await give(nodes.two)
  const error = await chosen.base(bundle).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'BASE_MISSING',
    message: expect.stringMatching(/^node one: .*, and so it is on node three$/),
    faults: { length: 2 * absent.length },
  })
  for (const digest of absent)
    for (const node of ['one', 'three'])
      expect((error as SealiftError).faults).toContainEqual(
        expect.stringMatching(new RegExp(`^node ${node}: .*${digest}`)),
      )
  expect([nodes.one.bytesRead, nodes.three.bytesRead]).toEqual([0, 0])
  await give(nodes.one)
  await expect(chosen.base(bundle)).rejects.toMatchObject({ message: expect.stringMatching(/^node three: /) })
  await give(nodes.three)
  expect(await chosen.base(bundle)).toBe('they are on node one, node two, node three')
})
