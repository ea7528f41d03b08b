/** What each way says that it would bring, held to what it then brings. */
import { describe, expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import type { LoadingWayName } from '../../../../../src/kernel/inputs/index.ts'
import { chooseWay } from '../../../../../src/site/load/index.ts'
import { memoryCluster } from '../../../../support/memory-cluster.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { memoryImagesFolder } from '../../../../support/memory-images-folder.ts'
import { memoryNodes } from '../../../../support/memory-nodes.ts'
import { memoryRegistryPush } from '../../../../support/memory-registry-push.ts'
import { memoryRuntime } from '../../../../support/memory-runtime.ts'
import { RecordingClock } from '../../../../support/recording-clock.ts'
import { names, platform, sample } from '../node.ts'

/** A machine that is node `one` of two, with a registry beside them. */
async function site(name: LoadingWayName) {
  const [runtime, other] = [memoryRuntime('amd64'), memoryRuntime('amd64')]
  const imagesFolder = memoryImagesFolder(runtime, async path => Buffer.from(path, 'base64'))
  const push = memoryRegistryPush()
  const source = memorySource(sample.file, sample.file.toString('base64'))
  const nodes = memoryNodes({ one: runtime, two: other })
  const host = { runtime, platform, cluster: memoryCluster(), imagesFolder, nodes, registryPush: () => push }
  const registry = { host: 'registry.bank.example:5000', plainHttp: false }
  const way = chooseWay(name, { load: { registry } }, host, source)
  const bundle = await openBundle(source)
  const load = () =>
    way.load({
      ...{ bundle, clock: new RecordingClock(), signal: new AbortController().signal },
      ...{ say: () => {}, tell: () => {}, onProgress: () => {}, announce: async () => {} },
    })
  const lacks = () => way.lacks(bundle)
  return { runtime, other, imagesFolder, push, load, lacks }
}

const places = (found: Awaited<ReturnType<Awaited<ReturnType<typeof site>>['lacks']>>) =>
  found.map(({ place, images }) => [
    place,
    images.map(({ change, image, detail }) => `${change} ${image.name}: ${detail}`),
  ])
const all = (detail: string) => names.map(name => `create ${name}: ${detail}`)

describe.each<[LoadingWayName, unknown]>([
  ['containerd', [[undefined, all('is loaded, pinned and unpacked')]]],
  ['images-dir', [[undefined, all('is imported and pinned by K3s')]]],
  [
    'cluster',
    [
      ['one', all('is loaded, pinned and unpacked')],
      ['two', all('is loaded, pinned and unpacked')],
    ],
  ],
])('%s', (name, wanted) => {
  test('says all before a load, changes nothing by it, and says nothing after the load', async () => {
    const { lacks, load, runtime, other, imagesFolder } = await site(name)
    const found = await lacks()
    expect(places(found)).toEqual(wanted)
    for (const { bytes } of found) expect(bytes).toBeGreaterThan(0)
    expect([await runtime.images(), await other.images(), [...imagesFolder.files]]).toEqual([[], [], []])
    await load()
    for (const { images, bytes, file } of await lacks())
      expect([images, bytes, file]).toEqual([[], 0, undefined])
  })
})

test('registry: each image by the name that it gets there, and what was taken away again', async () => {
  const { lacks, load, push } = await site('registry')
  const host = 'registry.bank.example:5000'
  const [first] = await lacks()
  expect(first).toMatchObject({ place: host })
  expect(first?.images.map(({ image }) => image.name)).toEqual(names)
  expect(first?.images[0]?.detail).toMatch(/^is pushed, as registry\.bank\.example:5000\//)
  expect(push.calls.filter(call => /^(uploaded|mounted)/.test(call))).toEqual([])
  await load()
  expect(await lacks()).toEqual([{ place: host, images: [], bytes: 0 }])
})

test('cluster: only the node that lacks one is to get it, and a pin that ends is said', async () => {
  const { lacks, load, other } = await site('cluster')
  await load()
  const [gone = '', loose = ''] = names
  await other.remove([gone])
  other.pinAsK3s(loose)
  expect(places(await lacks())).toEqual([
    ['one', []],
    ['two', [`create ${gone}: is loaded, pinned and unpacked`, `change ${loose}: is there, and is pinned`]],
  ])
})

test('images-dir: a file that lies there, with images gone, would get another name', async () => {
  const { lacks, load, runtime, imagesFolder } = await site('images-dir')
  const [before] = await lacks()
  expect(before?.file).toMatchObject({
    change: 'create',
    path: expect.stringMatching(/\/sealift-sample-.*\.tar$/),
  })
  await load()
  const [name = ''] = imagesFolder.files.keys()
  expect(before?.file?.path.endsWith(`/${name}`)).toBe(true)
  await runtime.remove([names[0] ?? ''])
  const [again] = await lacks()
  expect(again).toMatchObject({ bytes: 0, file: { change: 'change', detail: `${name} until now` } })
})
