/** Deltas: what they leave out, how they are told from damage, and the full bundle that they stand for. */
import { describe, expect, test } from 'vitest'
import {
  endSize,
  findLayers,
  openBundle,
  planBundle,
  planWhole,
} from '../../../../src/bundle/layout/index.ts'
import { verifyBundle } from '../../../../src/bundle/verify/index.ts'
import { digestOf, hexOf } from '../../../../src/kernel/oci/index.ts'
import { entriesOf, type RawEntry, tarWith, withEntries } from '../../../support/forged-bundle.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { finished, sampleImages } from '../../../support/sample-bundle.ts'
import { layersOf, sampleDelta } from '../../../support/sample-delta.ts'

const { full, delta, absent } = sampleDelta()
const open = (bytes: Buffer) => openBundle(memorySource(bytes))
const hexes = new Set(absent.map(hexOf))
const isLeftOut = ({ name }: RawEntry) => hexes.has(name.replace('blobs/sha256/', ''))

describe('the plan of a delta', () => {
  test('is the full bundle without those layers: same index.json, same identity, same order', async () => {
    expect(absent).toHaveLength(3)
    expect(delta.equals(withEntries(full.file, all => all.filter(one => !isLeftOut(one))))).toBe(true)
    expect((await open(delta)).digest).toBe(full.plan.indexDigest)
  })

  test('says what is left out, and its size is what is left', () => {
    const plan = planBundle(full.contents, 0, new Set(absent))
    const sizes = absent.map(digest => full.blobs.get(digest)?.length ?? 0)
    expect(plan.absent.map(({ digest }) => digest).sort()).toEqual([...absent].sort())
    expect(full.plan.size - plan.size).toBe(
      sizes.reduce((sum, size) => sum + 512 + Math.ceil(size / 512) * 512, 0),
    )
    expect(full.plan.absent).toEqual([])
  })

  test('leaves out images’ layers and nothing else, whatever it is told', async () => {
    const all = new Set([...full.blobs.keys(), digestOf('{}')])
    const plan = planBundle(full.contents, 0, all)
    expect(plan.absent.map(({ digest }) => digest).sort()).toEqual(layersOf(full).sort())
    const { absent: left, files, charts } = await open(finished(plan, full.blobs))
    expect([left.length, files.length, charts.length]).toEqual([layersOf(full).length, 4, 1])
  })

  test('keeps a layer that is also a file', async () => {
    const digest = absent[0] ?? digestOf('')
    const content = { digest, size: full.blobs.get(digest)?.length ?? 0 }
    const files = [...full.contents.files, { title: 'copy', mediaType: 'text/plain', content }]
    const plan = planBundle({ ...full.contents, files }, 0, new Set(absent))
    expect(plan.absent.map(one => one.digest).sort()).toEqual(absent.slice(1).sort())
  })
})

describe('an open delta', () => {
  test('names every absent layer with its bytes and the images that need it', async () => {
    const bundle = await open(delta)
    expect(bundle.absent.map(({ digest }) => digest)).toEqual([...absent].sort())
    for (const { digest, size } of bundle.absent) {
      expect([size, bundle.has({ digest, size })]).toEqual([full.blobs.get(digest)?.length, false])
    }
    expect(bundle.absent.map(({ images }) => images.length).sort()).toEqual([1, 1, 2])
    expect(bundle.absent.find(({ images }) => images.length === 2)?.images).toEqual(
      Object.values(sampleImages),
    )
    expect((await open(full.file)).absent).toEqual([])
  })

  test('gives no layer that it lacks', async () => {
    const bundle = await open(delta)
    const error = expect.objectContaining({ code: 'BASE_MISSING' })
    await expect(bundle.read(absent[0] ?? digestOf(''), 1e6)).rejects.toEqual(error)
    expect(() => bundle.bytes(absent[0] ?? digestOf(''), 0)).toThrow(error)
  })

  test('leads to the plan of the full bundle, its own time in every header', async () => {
    const later = sampleDelta({}, 1_700_000_000)
    const plan = planWhole(await open(later.delta))
    const whole = finished(
      { ...planBundle(full.contents, 0), ...plan },
      new Map([...full.blobs, ...smallBlobs(full.file)]),
    )
    const built = finished(planBundle(full.contents, 1_700_000_000), full.blobs)
    expect(whole.equals(built)).toBe(true)
  })
})

function smallBlobs(file: Buffer) {
  return entriesOf(file).map(({ body }) => [digestOf(body), body] as const)
}

const missing = (what: (body: string) => boolean) => () =>
  withEntries(delta, all => {
    const at = all.findIndex(
      ({ name, body }) => name.startsWith('blobs/sha256/') && what(body.toString('latin1')),
    )
    if (at < 0) throw new Error('the delta has no such blob')
    return all.toSpliced(at, 1)
  })
const zeroed = (file: Buffer) => {
  const last = entriesOf(file).at(-1)?.body.length ?? 0
  const bytes = Buffer.from(file)
  return bytes.fill(0, file.length - endSize - Math.ceil(last / 512) * 512 - 512)
}
const chart = JSON.parse(Buffer.from(full.contents.charts[0]?.manifest ?? '').toString())
const is = (digest: string) => (body: string) => digestOf(Buffer.from(body, 'latin1')) === digest

// What is broken is damage, however much it looks like a delta: then its absent layers are missing, too.
const damaged: readonly (readonly [what: string, bytes: () => Buffer])[] = [
  ['an image manifest is missing', missing(is(full.contents.images[0]?.root.digest ?? ''))],
  ['an index is missing', missing(is(full.contents.images[1]?.root.digest ?? ''))],
  [
    'a platform’s manifest is missing',
    missing(is(full.lock.images[1]?.platforms['linux/amd64']?.manifest ?? '')),
  ],
  ['an image config is missing', missing(body => body.includes('"rootfs"'))],
  [
    'the manifest of a chart is missing',
    missing(body => body.includes('cncf.helm') && body.includes('layers')),
  ],
  ['the config of a chart is missing', missing(is(chart.config.digest))],
  ['the package of a chart is missing', missing(is(chart.layers[0].digest))],
  [
    'the Sealift artifact is missing',
    missing(body => body.includes('"artifactType":"application/vnd.sealift')),
  ],
  ['the lock is missing', missing(body => body.includes('kind: BundleLock'))],
  ['the spec is missing', missing(body => body.startsWith('apiVersion: sealift.dev/v1\nkind: Bundle\n'))],
  ['a tool is missing', missing(is(full.lock.tools[0]?.content.digest ?? ''))],
  ['an empty config, which is also a file, is missing', missing(body => body === '{}')],
  ['the end is missing', () => delta.subarray(0, -endSize)],
  ['half of the end is missing', () => delta.subarray(0, -512)],
  ['zeros are behind the end', () => Buffer.concat([delta, Buffer.alloc(1024)])],
  ['the last entry is zeros', () => zeroed(delta)],
  ['the last entry of a full bundle is zeros', () => zeroed(full.file)],
  ['it is cut off', () => delta.subarray(0, delta.length - 4096)],
  ['a full bundle is cut off', () => full.file.subarray(0, full.file.length - 12_288)],
  ['a blob is there that nothing refers to', () => withEntries(delta, all => [...all, blob('stowaway')])],
  ['a blob is there twice', () => withEntries(delta, all => [...all, ...all.slice(-1)])],
  [
    'a link is there',
    () => withEntries(delta, all => [...all, { name: 'x', body: Buffer.alloc(0), type: '2' }]),
  ],
  ['a layer’s entry says another size', () => withEntries(delta, shortened)],
]

function blob(text: string): RawEntry {
  return { name: `blobs/sha256/${hexOf(digestOf(text))}`, body: Buffer.from(text) }
}

function shortened(entries: RawEntry[]): RawEntry[] {
  return entries.map((entry, i) =>
    i === entries.length - 1 ? { ...entry, body: entry.body.subarray(1) } : entry,
  )
}

test.each(damaged)('no delta, but damage: %s', async (_, make) => {
  const bytes = make()
  const error: { code: string; faults: string[] } = await open(bytes).then(
    () => ({ code: 'none', faults: [] }),
    thrown => thrown,
  )
  expect(error.code).toBe('BUNDLE_DAMAGED')
  const { faults, absent: left } = await verifyBundle(memorySource(bytes))
  expect(left).toEqual([])
  expect(faults.some(({ code }) => code === 'BUNDLE_DAMAGED')).toBe(true)
  expect(faults.some(({ message }) => message.endsWith('is missing'))).toBe(true)
})

test('a base whose blob has another size than the delta says does not count', async () => {
  const { absent: left } = await open(delta)
  const base = { bundle: await open(full.file) }
  expect(findLayers(left, [base]).missing).toEqual([])
  const wrong = left.map(layer => ({ ...layer, size: 1e15 }))
  expect(findLayers(wrong, [base])).toEqual({ found: [], missing: wrong })
})

test('layers taken out of a full bundle make a delta of it: all that is left is still what its digest says', async () => {
  const stripped = tarWith(entriesOf(full.file).filter(one => !isLeftOut(one)))
  expect(stripped.equals(delta)).toBe(true)
})

test('a damaged delta does not say how much is missing, since that cannot be known', async () => {
  const { faults } = await verifyBundle(memorySource(delta.subarray(0, delta.length - 2000)))
  const texts = faults.map(({ message }) => message)
  expect(texts.some(text => text.includes('cut off'))).toBe(false)
  expect(texts.some(text => text.includes('without the mark') || text.includes('the file ends'))).toBe(true)
})
