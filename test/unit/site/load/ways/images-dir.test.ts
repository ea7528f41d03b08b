import { beforeEach, describe, expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import type { BundleSource } from '../../../../../src/kernel/ports/index.ts'
import { chooseWay, type LoadRequest } from '../../../../../src/site/load/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../../support/memory-cluster.ts'
import { memorySource } from '../../../../support/memory-files.ts'
import { type MemoryImagesFolder, memoryImagesFolder } from '../../../../support/memory-images-folder.ts'
import { memoryNodes } from '../../../../support/memory-nodes.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../../support/memory-runtime.ts'
import { RecordingClock } from '../../../../support/recording-clock.ts'
import { sampleDelta } from '../../../../support/sample-delta.ts'
import { names, platform, sample } from '../node.ts'

const { older, full, delta } = sampleDelta()
const registryPush = () => {
  throw new Error('nothing is pushed here')
}
let runtime: MemoryRuntime
let folder: MemoryImagesFolder
let cluster: MemoryCluster
let told: string[]
beforeEach(() => {
  runtime = memoryRuntime('amd64')
  folder = memoryImagesFolder(runtime, async path => Buffer.from(path, 'base64'))
  cluster = memoryCluster()
  told = []
})

/** The file's path is what is in it. */
const sourceOf = (file: Buffer): BundleSource => memorySource(file, file.toString('base64'))
const way = (source: BundleSource) =>
  chooseWay(
    'images-dir',
    {},
    { runtime, platform, cluster, imagesFolder: folder, nodes: memoryNodes({}), registryPush },
    source,
  )

async function load(source: BundleSource, over: Partial<LoadRequest> = {}) {
  const bundle = await openBundle(source)
  const request: LoadRequest = {
    ...{ bundle, clock: new RecordingClock(), signal: new AbortController().signal },
    onProgress: ({ done, total }) => told.push(`${done} of ${total}`),
    say: () => {},
    tell: text => told.push(text),
    announce: async brought => void told.push(...brought.map(({ name }) => `brings ${name}`)),
    ...over,
  }
  return way(source).load(request)
}

test('the bundle’s own file is put there, K3s imports it, and it is unpacked', async () => {
  const result = await load(sourceOf(sample.file))
  expect(result).toMatchObject({ changed: true, loaded: names, present: [] })
  const [name = ''] = folder.files.keys()
  expect(name).toMatch(/^sealift-sample-1\.0\.0-[0-9a-f]{12}\.tar$/)
  expect(folder.files.get(name)).toEqual(sample.file)
  expect(told).toEqual(names.map(image => `brings ${image}`))
  const found = await runtime.images()
  expect(found.filter(({ pinEnds, unpacked }) => pinEnds && unpacked).map(image => image.name)).toEqual(names)
})

test('the second time nothing is done', async () => {
  await load(sourceOf(sample.file))
  expect(await load(sourceOf(sample.file))).toMatchObject({
    changed: false,
    loaded: [],
    present: names,
    bytes: 0,
  })
  expect(folder.imported).toHaveLength(1)
})

test('where no second name can be given, the file is copied', async () => {
  folder.linkable = false
  await load(sourceOf(sample.file))
  expect([...folder.files.values()]).toEqual([sample.file])
  expect(told.at(-1)).toBe(`${sample.file.length} of ${sample.file.length}`)
})

test('what somebody has written into the file since it was checked is not copied', async () => {
  folder.linkable = false
  const file = Buffer.from(sample.file)
  const source = sourceOf(file)
  const bundle = await openBundle(source)
  const [entry] = bundle.layout.blobs.filter(({ small }) => !small)
  const { read } = source
  const changing: BundleSource = {
    ...source,
    async read(offset, length) {
      const bytes = Buffer.from(await read(offset, length))
      if (bytes.length === entry?.size) bytes[0] = ~(bytes[0] ?? 0)
      return bytes
    },
  }
  await expect(load(source, { bundle: await openBundle(changing) })).rejects.toMatchObject({
    code: 'BUNDLE_DAMAGED',
  })
  expect(folder.files.size).toBe(0)
})

test('what was deleted from containerd since is imported again, from another name', async () => {
  await load(sourceOf(sample.file))
  await runtime.remove(names.slice(0, 1))
  expect(await load(sourceOf(sample.file))).toMatchObject({ changed: true, loaded: names.slice(0, 1) })
  expect([...folder.files.keys()]).toEqual([expect.stringMatching(/-[0-9a-f]{12}\.2\.tar$/)])
})

test('a name that K3s knows of a file that went is not given again', async () => {
  await load(sourceOf(sample.file))
  folder.files.clear()
  await runtime.remove(names)
  await load(sourceOf(sample.file))
  expect([...folder.files.keys()]).toEqual([expect.stringMatching(/\.2\.tar$/)])
})

test('a bundle in volumes goes there as an archive of its images', async () => {
  const volumes = [{ name: 'memory.tar.001', offset: 0, size: sample.file.length }]
  await load({ ...sourceOf(sample.file), volumes })
  const [written = Buffer.alloc(0)] = folder.files.values()
  expect(written.length).toBeLessThan(sample.file.length)
  expect(written.includes('bundle.lock.yaml')).toBe(false)
  expect((await runtime.images()).every(image => image.complete)).toBe(true)
})

describe('a delta', () => {
  test('is made whole from the older file that lies there', async () => {
    await load(sourceOf(older.file))
    told.length = 0
    expect(await way(sourceOf(delta)).base(await openBundle(sourceOf(delta)))).toContain(
      '3 of its layers are in',
    )
    await load(sourceOf(delta))
    await runtime.remove(names)
    await folder.startK3s()
    const whole = (await runtime.images()).filter(
      ({ name, complete }) => complete && names.some(one => one === name),
    )
    expect(whole.map(image => image.name)).toEqual(names)
    expect(whole.map(image => image.digest)).toEqual(full.lock.images.map(image => image.digest))
    expect(told.filter(text => text.includes('prune'))).toEqual([])
  })

  test('whose base is in containerd alone is taken, and it is said what that means', async () => {
    await load(sourceOf(older.file))
    folder.files.clear()
    await load(sourceOf(delta))
    expect(told.at(-1)).toMatch(/has 3 layers fewer .* do not come back from there after a prune/)
  })

  test('whose base is nowhere is refused', async () => {
    const bundle = await openBundle(sourceOf(delta))
    await expect(way(sourceOf(delta)).base(bundle)).rejects.toMatchObject({ code: 'BASE_MISSING' })
    await expect(load(sourceOf(delta))).rejects.toMatchObject({ code: 'BASE_MISSING' })
    expect(folder.files.size).toBe(0)
  })
})

describe('what K3s does not import', () => {
  test('is told after a while, with where K3s says why; the file stays, and the next load goes on', async () => {
    folder.running = false
    await expect(load(sourceOf(sample.file))).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringMatching(
        /^K3s has not imported \/k3s\/agent\/images\/sealift-sample.* is not there/,
      ),
      hints: expect.arrayContaining([expect.stringContaining('journalctl -u k3s')]),
    })
    expect(folder.files.size).toBe(1)
    await folder.startK3s()
    expect(await load(sourceOf(sample.file))).toMatchObject({ loaded: [], present: names })
    expect(folder.imported).toHaveLength(1)
  })

  test('can be stopped', async () => {
    folder.running = false
    const stop = new AbortController()
    const loading = load(sourceOf(sample.file), { signal: stop.signal, say: () => stop.abort() })
    await expect(loading).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })
})

test('without a containerd to ask, what nodes say of their images must do', async () => {
  const status = {
    images: sample.lock.images.map(({ name, digest }) => ({
      names: [`${name.replace(/:[^:]*$/, '')}@${digest}`, name],
    })),
  }
  await cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node1' }, status })
  const desk = {
    runtime: undefined,
    platform,
    cluster,
    imagesFolder: folder,
    nodes: memoryNodes({}),
    registryPush,
  }
  const source = sourceOf(sample.file)
  const request = {
    ...{
      bundle: await openBundle(source),
      clock: new RecordingClock(),
      signal: new AbortController().signal,
    },
    ...{ onProgress: () => {}, say: () => {}, tell: () => {}, announce: async () => {} },
  }
  const result = await chooseWay('images-dir', {}, desk, source).load(request)
  expect(result).toMatchObject({ changed: true, loaded: [], present: names })
  expect(folder.files.size).toBe(1)
})

describe('room', () => {
  const roomOf = async (file: Buffer) => way(sourceOf(file)).room(await openBundle(sourceOf(file)))

  test('is needed for a copy, and not for a second name', async () => {
    folder.freeBytes = 10
    expect((await roomOf(sample.file)).detail).toContain('linked, not copied')
    folder.linkable = false
    await expect(roomOf(sample.file)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('10 B are free'),
    })
  })

  test('may be doubted', async () => {
    folder.freeBytes = sample.file.length + 10
    folder.linkable = false
    expect((await roomOf(sample.file)).doubt).toContain('may not fit')
    folder.freeBytes = Number.MAX_SAFE_INTEGER
    expect((await roomOf(sample.file)).doubt).toBeUndefined()
  })
})

describe('files of older bundles', () => {
  const settle = async (file: Buffer) => way(sourceOf(file)).settle?.(await openBundle(sourceOf(file)))
  const pod = (image: string, phase = 'Running') => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } },
    ...{ spec: { containers: [{ name: 'c', image }] }, status: { phase } },
  })

  test('go once no pod runs what only they have', async () => {
    await load(sourceOf(older.file))
    await load(sourceOf(full.file))
    folder.files.set('airgap-images.tar', Buffer.alloc(1024))
    expect(folder.files.size).toBe(3)
    expect(await settle(full.file)).toHaveLength(1)
    expect([...folder.files.keys()]).toEqual([expect.stringContaining('sealift-sample'), 'airgap-images.tar'])
    expect(await settle(full.file)).toEqual([])
  })

  test('stay while a pod runs such an image', async () => {
    const text = older.file.toString('latin1').replaceAll(':v0.165.8', ':v0.164.8')
    folder.files.set('sealift-sample-0.9.0-000000000000.tar', Buffer.from(text, 'latin1'))
    await load(sourceOf(full.file))
    await cluster.apply(pod('infisical/infisical:v0.164.8'))
    expect(await settle(full.file)).toEqual([])
    await cluster.apply(pod('infisical/infisical:v0.164.8', 'Succeeded'))
    expect(await settle(full.file)).toEqual(['sealift-sample-0.9.0-000000000000.tar'])
  })
})
