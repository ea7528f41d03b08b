/** What `check` says of images on several nodes, and what `check --repair` does there. */
import { beforeEach, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { SiteHost } from '../../../../src/kernel/ports/index.ts'
import { writeReceipt } from '../../../../src/site/install/index.ts'
import { repair } from '../../../../src/site/verbs/check/index.ts'
import { type MemoryNodes, memoryNodes } from '../../../support/memory-nodes.ts'
import { type MemoryRuntime, memoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { load } from '../load/node.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'
import { proven } from './memory-site.ts'

let site: CheckSite
let runtimes: { one: MemoryRuntime; two: MemoryRuntime }
let nodes: MemoryNodes
let host: SiteHost
const talk = () => recordedTalk()

beforeEach(async () => {
  site = await checkSite()
  runtimes = { one: memoryRuntime('amd64'), two: memoryRuntime('amd64') }
  for (const runtime of Object.values(runtimes)) await load(runtime, sampleBundle().file)
  nodes = memoryNodes(runtimes)
  host = { ...site.host, nodes, platform: 'linux/amd64', operator: 'root@desk, process 1' }
  await host.files.write('bundle.tar', sampleBundle().file)
})

const bad = async (on = host) => (await site.run(smallSite, on)).verdicts.filter(({ ok }) => !ok)
const request = (bundle?: string) => ({
  site: { site: parseSite(smallSite, 'site.yaml'), digest: digestOf('site') },
  ...{ bundle, unsigned: true, journal: 'journal' },
})
const mend = (bundle?: string, said = talk()) => repair(request(bundle), host, said)

test('every node is looked at, and each thing bears its node’s name', async () => {
  const { verdicts } = await site.run(smallSite, host)
  const images = verdicts.filter(({ id }) => id.includes('image/'))
  expect(images.map(({ id }) => id)).toEqual(
    ['one', 'two'].flatMap(node => Object.values(sampleImages).map(name => `node/${node}/image/${name}`)),
  )
  expect(verdicts.filter(({ id }) => id.endsWith('runtime/leftovers'))).toHaveLength(2)
  expect(nodes.closed).toBe(1)
})

test('an image that is gone from the second node is found there, and comes back from the bundle alone there', async () => {
  const name = sampleImages.plain
  await runtimes.two.remove([name])
  expect(await bad()).toEqual([
    {
      id: `node/two/image/${name}`,
      ok: false,
      message: 'is not on this node',
      hint: expect.stringContaining('--repair --bundle'),
    },
  ])
  const before = runtimes.one.bytesRead
  expect(await mend('bundle.tar')).toEqual([{ node: 'two', what: name, done: 'loaded' }])
  expect(runtimes.one.bytesRead).toBe(before)
  expect(await bad()).toEqual([])
  expect(await host.files.readText('journal')).toContain(`loaded ${name} on two`)
})

test('a pin that is gone comes back without a bundle, an image does not', async () => {
  const name = sampleImages.plain
  runtimes.one.pinAsK3s(name)
  await runtimes.two.remove([name])
  expect(await mend()).toEqual([{ node: 'one', what: name, done: 'pinned' }])
  expect((await bad()).map(({ id }) => id)).toEqual([`node/two/image/${name}`])
  expect(await mend()).toEqual([])
})

test('a node that cannot be worked on is told, the others are mended, and check names it', async () => {
  runtimes.two.pinAsK3s(sampleImages.plain)
  const closed = async () => {
    throw new SealiftError('LOAD_FAILED', 'node one cannot be worked on through the cluster: refused')
  }
  Object.assign(runtimes.one, { endLeftovers: closed, images: closed })
  const said = talk()
  expect(await mend(undefined, said)).toEqual([{ node: 'two', what: sampleImages.plain, done: 'pinned' }])
  expect(said.told.filter(line => line.startsWith('warning'))).toEqual([
    expect.stringContaining('node one cannot be worked on'),
  ])
  expect(await bad()).toEqual([
    {
      id: 'node/one',
      ok: false,
      message: expect.stringContaining('cannot be worked on'),
      hint: expect.stringContaining('on that node'),
    },
  ])
})

test('a bundle that has not what is installed is refused before anything is done', async () => {
  const { lock } = sampleBundle()
  const images = lock.images.map(image => ({ ...image, digest: digestOf('another') }))
  await writeReceipt(site.cluster, { ...proven, lock: { ...sampleBundle().lock, images } })
  runtimes.one.pinAsK3s(sampleImages.plain)
  await expect(mend('bundle.tar')).rejects.toMatchObject({
    code: 'WRONG_SITE',
    message: expect.stringMatching(/^bundle\.tar has 0 of the \d images that are installed on bank-prod$/),
  })
  expect((await runtimes.one.images()).find(({ name }) => name === sampleImages.plain)?.pinned).toBe(false)
})

test('nobody else changes the site meanwhile, and nobody’s bundle is used', async () => {
  await expect(repair({ ...request('bundle.tar'), unsigned: false }, host, talk())).rejects.toMatchObject({
    code: 'BUNDLE_UNSIGNED',
  })
  const elsewhere = parseSite(smallSite.replace('bank-prod', 'bank-test'), 'site.yaml')
  const other = { ...request(), site: { site: elsewhere, digest: digestOf('site') } }
  await expect(repair(other, host, talk())).rejects.toMatchObject({ code: 'FOREIGN_INSTALL' })
})
