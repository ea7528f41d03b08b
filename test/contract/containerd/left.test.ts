/** What killed, stopped and living loads leave in a real containerd, seen by containerd's own tools. */
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime } from '../../../src/adapters/containerd/index.ts'
import { ownMark } from '../../../src/adapters/owner.ts'
import { sweep } from '../../../src/adapters/temporary.ts'
import { openBundle } from '../../../src/bundle/layout/index.ts'
import { loadImages } from '../../../src/site/load/index.ts'
import { startContainerd, type TestContainerd } from '../../support/containerd.ts'
import { containerdReleases } from '../../support/containerd-release.ts'
import { killImport, noise } from '../../support/killed-load.ts'
import { tinyLayout } from '../../support/layout.ts'
import { memorySource } from '../../support/memory-files.ts'
import { sampleBundle, sampleImages } from '../../support/sample-bundle.ts'
import { parts } from './contract.ts'

describe.each(containerdReleases)('containerd $version', ({ major }) => {
  let containerd: TestContainerd
  beforeAll(async () => {
    containerd = await startContainerd(major)
  })
  afterAll(() => containerd?.stop())

  const runtime = () => createRuntime(containerd)
  const ctr = (...words: string[]) => containerd.run(...words)

  /** All that containerd keeps, of whatever kind. */
  async function kept() {
    const rows = async (...words: string[]) => (await ctr(...words)).split('\n').slice(1)
    return {
      leases: await rows('leases', 'ls'),
      images: await containerd.names(),
      content: [...(await runtime().content())],
      parts: await rows('content', 'active'),
      snapshots: await rows('snapshots', 'ls'),
      mounts: (await readFile('/proc/self/mountinfo', 'utf8'))
        .split('\n')
        .filter(mount => mount.includes(containerd.dir)),
    }
  }
  const nothing = { leases: [], images: [], content: [], parts: [], snapshots: [], mounts: [] }
  afterEach(async () => {
    await runtime().remove(await containerd.names())
    expect(await kept()).toEqual(nothing)
  })

  /** Two images, the second large enough that an import is killed in its middle. */
  const halves = () =>
    tinyLayout([
      { name: 'docker.io/sealift-test/first:1', file: noise('first', 400_000) },
      { name: 'docker.io/sealift-test/second:1', file: noise('second', 8_000_000) },
    ])

  /** A lease as a pull of somebody else makes it; gives its row. */
  async function pull(): Promise<string> {
    await ctr('leases', 'create', '--id', '61497547-4HdM', '--expires', '1h')
    return expect.stringMatching(/^61497547-4HdM /)
  }

  test.each([
    ['fails', undefined],
    ['is told to stop', new AbortController()],
  ])('an import that %s leaves the lease of a pull beside it', async (_, stop) => {
    const { tar } = await halves()
    let theirs = ''
    async function* failing() {
      yield tar.subarray(0, 4096)
      theirs = await pull()
      stop?.abort(new Error('enough'))
      throw new Error('enough')
    }
    await expect(runtime().import(failing(), stop?.signal)).rejects.toThrow('enough')
    const { leases } = await kept()
    expect(leases).toContainEqual(theirs)
    for (const row of leases) await ctr('leases', 'rm', '--sync', row.split(' ')[0] ?? '')
  })

  test('nor is it taken for one of a killed import', async () => {
    await killImport(containerd, (await halves()).tar)
    const theirs = await pull()
    await runtime().endLeftovers()
    const { leases } = await kept()
    expect(leases).toContainEqual(theirs)
    for (const row of leases) await ctr('leases', 'rm', '--sync', row.split(' ')[0] ?? '')
  })

  test('a killed import, a load and a purge: no lease, content or snapshot is left', async () => {
    await killImport(containerd, (await halves()).tar)
    expect((await runtime().leftovers()).some(name => /^\d+-/.test(name))).toBe(true) // ctr's own
    expect((await kept()).parts).not.toEqual([])
    const platform = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
    const bundle = await openBundle(memorySource(sampleBundle().file))
    await loadImages({ bundle, runtime: runtime(), platform })
    expect(await kept()).toMatchObject({
      ...{ leases: [], images: Object.values(sampleImages), parts: [], mounts: [] },
    })
    await killImport(containerd, (await halves()).tar)
    await runtime().endLeftovers()
  })

  test('an import that is told to stop takes ctr’s lease with it', async () => {
    const { tar } = await halves()
    const stop = new AbortController()
    async function* stopping() {
      let given = 0
      for await (const part of parts(tar, 1 << 16)) {
        yield part
        given += part.length
        if (given > tar.length / 2) stop.abort(new Error('enough'))
      }
    }
    await expect(runtime().import(stopping(), stop.signal)).rejects.toThrow('enough')
    expect(await kept()).toEqual(nothing)
  })

  test('what a living process imports is nothing left', async () => {
    const { tar } = await halves()
    const seen = Promise.withResolvers<string[]>()
    async function* looking() {
      yield tar.subarray(0, -4096)
      await expect.poll(async () => (await kept()).leases.length, { timeout: 20_000 }).toBe(2) // ctr’s comes when it has begun
      seen.resolve([...(await kept()).leases, '--', ...(await runtime().leftovers())])
      yield tar.subarray(-4096)
    }
    await runtime().import(looking())
    expect(await seen.promise).toEqual([expect.any(String), expect.any(String), '--'])
  })

  test.each([
    ['with its lease', false],
    ['after its lease has ended', true],
  ])('an image that a killed process has mounted is unmounted, not emptied, %s', async (_, ended) => {
    const name = 'docker.io/sealift-test/mounted:1'
    await runtime().import(parts((await tinyLayout([{ name, file: 'mounted' }])).tar))
    const mark = ((await ownMark()) ?? '').split('-').with(1, '00000000').join('-')
    const target = join(tmpdir(), `sealift-unpack-${mark}-${ended ? 'ended1' : 'lease1'}`)
    await mkdir(target)
    await ctr('images', 'mount', name, target)
    if (ended) await ctr('leases', 'rm', target)
    await sweep(tmpdir())
    expect(existsSync(join(target, 'file'))).toBe(true)
    expect(await runtime().leftovers()).toEqual([target])
    await runtime().endLeftovers()
    expect(existsSync(target)).toBe(false)
    expect(await runtime().leftovers()).toEqual([])
    expect(await ctr('snapshots', 'ls')).not.toContain(target)
  })

  test('an unpacking that fails leaves neither lease nor folder', async () => {
    const name = 'docker.io/sealift-test/lacking:1'
    const images = [{ name, file: 'lacking' }]
    const { layers } = await tinyLayout(images)
    await runtime().import(parts((await tinyLayout(images, Object.values(layers))).tar))
    await expect(runtime().unpack(name)).rejects.toMatchObject({ code: 'LOAD_FAILED' })
    expect((await kept()).leases).toEqual([])
  })
})
