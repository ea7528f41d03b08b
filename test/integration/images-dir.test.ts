/** Images through K3s's folder, on a real containerd that a K3s-like importer of ours imports into. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clock } from '../../src/adapters/clock.ts'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { imagesFolder } from '../../src/adapters/images-dir/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import { chooseWay } from '../../src/site/load/index.ts'
import { startContainerd, type TestContainerd } from '../support/containerd.ts'
import { type K3sImages, startK3sImages } from '../support/k3s-images.ts'
import { memoryCluster } from '../support/memory-cluster.ts'
import { memoryNodes } from '../support/memory-nodes.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { sampleDelta } from '../support/sample-delta.ts'

const platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
const architecture = process.arch === 'x64' ? 'amd64' : 'arm64'
const cluster = memoryCluster()
let containerd: TestContainerd
let k3s: K3sImages
let dataDir: string
let elsewhere: string
beforeAll(async () => {
  containerd = await startContainerd()
  dataDir = join(containerd.dir, 'k3s')
  await mkdir(join(dataDir, 'agent/images'), { recursive: true })
  k3s = startK3sImages(containerd, dataDir)
  elsewhere = await mkdtemp(join(tmpdir(), 'sealift-images-'))
})
afterAll(async () => {
  await k3s?.stop()
  await containerd?.stop()
  await rm(elsewhere, { recursive: true, force: true })
})

const images = () => join(dataDir, 'agent/images')
const host = () => ({
  runtime: createRuntime(containerd),
  platform,
  cluster,
  imagesFolder: imagesFolder(dataDir),
  nodes: memoryNodes({}),
  registryPush: () => {
    throw new Error('nothing is pushed here')
  },
})

async function load(path: string) {
  const source = await nodeFiles().openBundle(path)
  try {
    const bundle = await openBundle(source)
    const way = chooseWay('images-dir', {}, host(), source)
    const quiet = { onProgress: () => {}, say: () => {}, tell: () => {}, announce: async () => {} }
    const { signal } = new AbortController()
    await way.base(bundle)
    await way.room(bundle)
    const result = await way.load({ bundle, clock, signal, ...quiet })
    return { ...result, gone: await way.settle?.(bundle) }
  } finally {
    await source.close()
  }
}

/** Every image under every name of its, and whether it is pinned, by whomever. */
async function found() {
  const all = await host().runtime.images()
  return all
    .filter(({ name }) => !name.startsWith('sha256:'))
    .map(({ name, digest, pinned, pinEnds, complete, unpacked }) => ({
      ...{ name, digest, complete, unpacked, kept: pinned || pinEnds === true },
    }))
}

const repositoryOf = (name: string) => name.replace(/:[^:]*$/, '')
const { older, full, delta } = sampleDelta({ architecture, layerSize: 200_000 })
const expected = ({ lock }: typeof older) =>
  lock.images.flatMap(({ name, digest }) => {
    const state = { digest, complete: true, kept: true }
    return [
      { name, ...state, unpacked: true },
      { name: `${repositoryOf(name)}@${digest}`, ...state, unpacked: true },
    ]
  })
const ordered = <T extends { name: string }>(list: readonly T[]) =>
  list.toSorted((a, b) => (a.name < b.name ? -1 : 1))

test('the bundle’s file gets a second name, and its images are there by name and digest, pinned and unpacked', async () => {
  const file = join(dataDir, 'older.tar')
  await writeFile(file, older.file)
  expect(await load(file)).toMatchObject({ changed: true, loaded: older.lock.images.map(({ name }) => name) })
  const [name = ''] = await readdir(images())
  expect((await stat(join(images(), name))).ino).toBe((await stat(file)).ino)
  expect(ordered(await found())).toEqual(ordered(expected(older)))
  expect(await load(file)).toMatchObject({ changed: false, loaded: [], bytes: 0 })
  expect(k3s.log).toEqual([`Imported images from ${name}`])
})

test('a start of K3s renews the pins, and what lies there is enough for images that are gone', async () => {
  await containerd.run('images', 'rm', '--sync', ...(await containerd.names()))
  await k3s.restart()
  const there = await found()
  expect(there.map(({ name, complete, kept }) => ({ name, complete, kept }))).toEqual(
    ordered(expected(older)).map(({ name }) => ({ name, complete: true, kept: true })),
  )
  expect(await load(join(dataDir, 'older.tar'))).toMatchObject({ loaded: [] })
  expect(ordered(await found())).toEqual(ordered(expected(older)))
})

test('what was collected while K3s runs is imported anew', async () => {
  await containerd.run('images', 'rm', '--sync', ...(await containerd.names()))
  expect(await load(join(dataDir, 'older.tar'))).toMatchObject({ changed: true })
  expect(ordered(await found())).toEqual(ordered(expected(older)))
  expect(await readdir(images())).toEqual([expect.stringMatching(/\.2\.tar$/)])
})

test('a delta from another volume is made whole; the older file goes once this one is in', async () => {
  const file = join(elsewhere, 'delta.tar')
  await writeFile(file, delta)
  const result = await load(file)
  expect(result).toMatchObject({ changed: true, loaded: full.lock.images.map(({ name }) => name) })
  expect(result.gone).toEqual([expect.stringMatching(/\.2\.tar$/)])
  expect(await readdir(images())).toHaveLength(1)
  await containerd.run('images', 'rm', '--sync', ...(await containerd.names()))
  await k3s.restart()
  expect((await found()).filter(({ complete, kept }) => !complete || !kept)).toEqual([])
  expect((await found()).map(({ name }) => name)).toEqual(ordered(expected(full)).map(({ name }) => name))
})

test('an image that is pinned by digest, from a bundle in volumes', async () => {
  const sample = sampleBundle({ architecture, seed: 'pinned', pinFirst: true, layerSize: 1_200_000 })
  const half = Math.ceil(sample.file.length / 2)
  await writeFile(join(elsewhere, 'pinned.tar.001'), sample.file.subarray(0, half))
  await writeFile(join(elsewhere, 'pinned.tar.002'), sample.file.subarray(half))
  expect(await load(join(elsewhere, 'pinned.tar'))).toMatchObject({ changed: true })
  const [image] = sample.lock.images
  const byDigest = `docker.io/infisical/infisical@${image?.digest}`
  expect((await found()).filter(({ name }) => name === image?.name || name === byDigest)).toEqual(
    [image?.name, byDigest].map(name => ({
      ...{ name, digest: image?.digest, complete: true, unpacked: true, kept: true },
    })),
  )
})
