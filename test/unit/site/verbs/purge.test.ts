/** What a purge takes from a node, and what it leaves with a reason. */
import { Readable } from 'node:stream'
import { beforeEach, describe, expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { broughtImages, noteBrought, writeReceipt } from '../../../../src/site/install/index.ts'
import { loadArchive } from '../../../../src/site/load/index.ts'
import { tinyLayout } from '../../../support/layout.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { smallSite } from '../wire/sites.ts'
import {
  bundles,
  installOn,
  killed,
  type MemorySite,
  memorySite,
  namesOnNode,
  proven,
  removeFrom,
} from './memory-site.ts'

let site: MemorySite
let host: SiteHost

beforeEach(async () => {
  site = await memorySite()
  host = site.host
})

const { lock } = bundles['1.0.0']
const [image] = lock.images
if (image === undefined) throw new Error('the sample bundle has images')
const names = lock.images.map(({ name }) => name)
const begin = () => expect(installOn(host, '1.0.0')).rejects.toBe(killed)

describe('a purge takes from the node', () => {
  const old = { name: 'docker.io/sample/old:1', digest: digestOf('old') }

  const whole = { pinned: true, complete: true, unpacked: true }

  /** Lets the node have one image more; gives what is taken of it. */
  function withOld(digest = old.digest): string[] {
    const taken: string[] = []
    const runtime = {
      ...site.runtime,
      images: async () => [{ ...whole, name: old.name, digest }, ...(await site.runtime.images())],
      remove: async (wanted: readonly string[]) => void taken.push(...wanted),
    }
    host = { ...host, runtime }
    return taken
  }

  /** Imports the images as somebody else does. */
  async function importAsOthers() {
    const bundle = await openBundle(memorySource(bundles['1.0.0'].file))
    await site.runtime.import(loadArchive(bundle, bundle.images, 'linux/amd64'))
    return bundle
  }

  test('what an install has brought that was killed while helm ran', async () => {
    await begin()
    await removeFrom(host, '1.0.0', true)
    expect(await namesOnNode(site)).toEqual([])
  })

  test('what one has brought that was killed while it loaded', async () => {
    const importing = { ...site.runtime, import: () => Promise.reject(killed) }
    await expect(installOn({ ...host, runtime: importing }, '1.0.0')).rejects.toBe(killed)
    const taken = withOld()
    host = {
      ...host,
      runtime: {
        ...(host.runtime ?? site.runtime),
        images: async () => lock.images.map(one => ({ ...one, ...whole, pinned: false })),
      },
    }
    await removeFrom(host, '1.0.0', true)
    expect(taken).toEqual(names)
  })

  test('what K3s has imported from its folder, under every name, and the file', async () => {
    await expect(installOn(host, '1.0.0', {}, recordedTalk(), 'images-dir')).rejects.toBe(killed)
    const others = 'airgap-images.tar'
    site.imagesFolder.files.set(others, Buffer.alloc(1024))
    const { removed } = await removeFrom(host, '1.0.0', true)
    expect(removed.filter(what => /images/.test(what))).toEqual([
      expect.stringMatching(/^sealift-sample-1\.0\.0-[0-9a-f]{12}\.tar in \/k3s\/agent\/images$/),
      'images',
    ])
    expect([...site.imagesFolder.files.keys()]).toEqual([others])
    expect(await namesOnNode(site)).toEqual([])
  })

  test('what killed loads have left, before the images, and says so', async () => {
    await begin()
    const { tar } = await tinyLayout([{ name: 'docker.io/sample/half:1', file: 'half' }])
    await site.runtime.killedImport(Readable.from([tar]))
    const before = await site.runtime.content()
    const { removed } = await removeFrom(host, '1.0.0', true)
    expect(removed.filter(what => /images|killed/.test(what))).toEqual([
      'what killed loads have left',
      'images',
    ])
    expect(before.size).toBeGreaterThan(0)
    expect(await site.runtime.leftovers()).toEqual([])
    expect(await site.runtime.content()).toEqual(new Set())
  })

  test('what older versions have brought, whichever was begun or removed since', async () => {
    await begin()
    await noteBrought(site.cluster, [old])
    await writeReceipt(site.cluster, { ...proven, lock })
    await removeFrom(host, '1.0.0', false)
    await expect(installOn(host, '1.1.0')).rejects.toBe(killed)
    await removeFrom(host, '1.1.0', false)
    const taken = withOld()
    await removeFrom(host, '1.1.0', true)
    expect(taken.sort()).toEqual([old.name, ...names].sort())
  })

  test('nothing that somebody else has loaded since under such a name', async () => {
    await begin()
    await noteBrought(site.cluster, [old])
    const taken = withOld(digestOf('theirs'))
    await removeFrom(host, '1.0.0', true)
    expect(taken.sort()).toEqual(names)
  })

  test('nothing that was there before, and says so', async () => {
    const { images } = await importAsOthers()
    await begin()
    const { kept } = await removeFrom(host, '1.0.0', true)
    expect(kept).toEqual(
      expect.arrayContaining(
        names.map(name => `image ${name}: no install is on record as having brought it`),
      ),
    )
    expect(images.map(({ name }) => name)).toEqual(names)
    expect(await namesOnNode(site)).toEqual(names)
  })

  test('what one has brought whose receipt was deleted, and not what other pods use of it', async () => {
    await begin()
    await site.cluster.delete(kinds.configMap, 'sealift-receipt', 'sealift-system')
    await begin()
    expect(await broughtImages(site.cluster)).toEqual([])
    const spec = { containers: [{ name: 'theirs', image: names[1] }] }
    await site.cluster.create({ ...kinds.pod, metadata: { name: 'theirs' }, spec })
    const { kept } = await removeFrom(host, '1.0.0', true)
    expect(kept.filter(what => what.startsWith('image'))).toEqual([`image ${names[1]}: other pods use it`])
    expect(await namesOnNode(site)).toEqual([names[1]])
  })

  test('nothing that other pods use, and says so', async () => {
    await begin()
    const containers = [{ name: 'theirs', image: image.name.replace('docker.io/', '') }]
    await site.cluster.create({ ...kinds.pod, metadata: { name: 'theirs' }, spec: { containers } })
    // Of the release itself, in a namespace that stays, or at its end.
    const labels = { 'app.kubernetes.io/instance': 'demo' }
    const own = { containers: [{ name: 'own', image: names[1] }] }
    await site.cluster.create({ ...kinds.namespace, metadata: { name: 'there-before' } })
    const pods = [
      { metadata: { name: 'own', namespace: 'demo', labels } },
      { metadata: { name: 'done', namespace: 'there-before' }, status: { phase: 'Succeeded' } },
      { metadata: { name: 'going', namespace: 'there-before', deletionTimestamp: 'now', finalizers: ['x'] } },
    ]
    for (const pod of pods) await site.cluster.create({ ...kinds.pod, ...pod, spec: own })
    const { kept } = await removeFrom(host, '1.0.0', true)
    expect(kept).toContain(`image ${image.name}: other pods use it`)
    expect(await namesOnNode(site)).toEqual([image.name])
  })
})

test('a purge says what it leaves since no keys show whose it is', async () => {
  await host.files.write('site.yaml', smallSite.replace('dragonfly.databases.svc', 'dragonfly.bank.example'))
  const { kept } = await removeFrom(host, '1.0.0', true)
  expect(kept).toEqual([
    "database infisical and role infisical, if they are there: no keys here show that they are this site's",
  ])
})
