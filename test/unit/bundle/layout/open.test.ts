import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { tarOf } from '../../../support/sample-blobs.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'

test('an open bundle says what is in it', async () => {
  const { file, plan, lock } = sampleBundle()
  const bundle = await openBundle(memorySource(file))
  expect(bundle.digest).toBe(plan.indexDigest)
  expect(bundle.size).toBe(file.length)
  expect(bundle.images.map(image => [image.name, [...image.platforms.keys()]])).toEqual([
    [sampleImages.plain, ['linux/amd64']],
    [sampleImages.indexed, ['linux/amd64']],
  ])
  expect(bundle.charts).toMatchObject([{ name: 'demo', version: '1.2.3' }])
  expect(bundle.tools).toMatchObject([{ name: 'helm', version: '4.1.4', member: 'linux-amd64/helm' }])
  expect(bundle.lock).toEqual(lock)
  expect(bundle.specText).toContain('kind: Bundle')
  expect(bundle.files.map(one => one.title)).toEqual([
    'budget.json',
    'bundle.lock.yaml',
    'bundle.yaml',
    'tools/helm.tar.gz',
  ])
})

test('opening reads headers and small blobs, never layers', async () => {
  const { file } = sampleBundle({ layerSize: 1_000_000 })
  const source = memorySource(file)
  let bytes = 0
  const read = (offset: number, length: number) => {
    bytes += length
    return source.read(offset, length)
  }
  await openBundle({ ...source, read })
  expect(file.length).toBeGreaterThan(3_000_000)
  expect(bytes).toBeLessThan(40_000)
})

test('blobs are read and streamed by digest, and a changed one is not given out as good', async () => {
  const { file, blobs, plan } = sampleBundle({ layerSize: 2_500_000 })
  const { digest, offset } = plan.wanted.toSorted((a, b) => b.size - a.size)[0] ??
    plan.wanted[0] ?? { digest: digestOf(''), offset: 0 }
  const good = await openBundle(memorySource(file))
  const chunks = await collect(good.stream(digest))
  expect(Buffer.concat(chunks)).toEqual(blobs.get(digest))
  expect(chunks.length).toBe(3)
  expect(digestOf(await good.read(digest, 3_000_000))).toBe(digest)
  await expect(good.read(digest, 1000)).rejects.toMatchObject({ code: 'BUNDLE_MALFORMED' })

  file[offset + 10] = (file[offset + 10] ?? 0) ^ 1
  const bad = await openBundle(memorySource(file))
  await expect(bad.read(digest, 3_000_000)).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' })
  await expect(collect(bad.stream(digest))).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' })
})

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('# Sealift\n'.repeat(300))],
  ['another tar', tarOf({ 'README.md': 'read me' })],
  ['a file that has only been made so large', Buffer.alloc(100_000)],
])('%s is no bundle, and is not called a damaged one', async (_, bytes) => {
  await expect(openBundle(memorySource(bytes))).rejects.toMatchObject({
    code: 'BUNDLE_MALFORMED',
    message: 'this is no Sealift bundle',
    hints: [expect.stringContaining('.partial'), expect.stringContaining('copy it again')],
  })
})
