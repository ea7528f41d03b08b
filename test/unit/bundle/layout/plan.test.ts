import { expect, test } from 'vitest'
import { planBundle } from '../../../../src/bundle/layout/index.ts'
import { annotations, digestOf, mediaTypes, parseIndex } from '../../../../src/kernel/oci/index.ts'
import { finished, sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'

test('the same contents in another order give the same file', () => {
  const sample = sampleBundle()
  const { images, charts, files } = sample.contents
  const shuffled = {
    ...sample.contents,
    images: images.toReversed().map(image => ({ ...image, manifests: image.manifests.toReversed() })),
    charts: charts.toReversed(),
    files: files.toReversed(),
  }
  expect(finished(planBundle(shuffled, 0), sample.blobs).equals(sample.file)).toBe(true)
})

test('the time stands in every header and nowhere else', () => {
  const { contents, plan } = sampleBundle()
  const later = planBundle(contents, 1_700_000_000)
  expect(later.size).toBe(plan.size)
  expect(later.indexDigest).toBe(plan.indexDigest)
  expect(later.wanted).toEqual(plan.wanted)
  expect(later.pieces).not.toEqual(plan.pieces)
})

test('every byte is covered once, and what is not covered is padding', () => {
  const { plan } = sampleBundle()
  const parts = [...plan.pieces.map(({ offset, bytes }) => ({ offset, size: bytes.length })), ...plan.wanted]
  let end = 0
  for (const { offset, size } of parts.toSorted((a, b) => a.offset - b.offset)) {
    expect(offset).toBeGreaterThanOrEqual(end)
    expect(offset - end).toBeLessThan(512)
    end = offset + size
  }
  expect(plan.size).toBe(Math.ceil(end / 512) * 512 + 1024)
})

test('blobs appear once, manifests and configs before layers, each group by digest', () => {
  const { file, contents } = sampleBundle()
  const names: string[] = []
  for (let at = 0; file[at] !== 0; ) {
    names.push(file.toString('latin1', at, at + 100).replace(/\0+$/, ''))
    at += 512 + Math.ceil(Number.parseInt(file.toString('latin1', at + 124, at + 135), 8) / 512) * 512
  }
  expect(names.slice(0, 4)).toEqual(['oci-layout', 'index.json', 'blobs/', 'blobs/sha256/'])
  const blobs = names.slice(4)
  expect(new Set(blobs).size).toBe(blobs.length)
  const turn = blobs.findIndex((name, i) => i > 0 && name < (blobs[i - 1] ?? ''))
  expect(blobs).toEqual([...blobs.slice(0, turn).sort(), ...blobs.slice(turn).sort()])
  const manifests = contents.images.flatMap(image => image.manifests).map(bytes => digestOf(bytes).slice(7))
  for (const hex of manifests) expect(blobs.indexOf(`blobs/sha256/${hex}`)).toBeLessThan(turn)
})

test('images carry both names in full; charts and the artifact carry none', () => {
  const { plan, contents } = sampleBundle()
  const front = Buffer.from(plan.pieces[0]?.bytes ?? [])
  const size = Number.parseInt(front.toString('latin1', 1024 + 124, 1024 + 135), 8)
  const bytes = front.subarray(1536, 1536 + size)
  expect(digestOf(bytes)).toBe(plan.indexDigest)
  const { manifests } = parseIndex(bytes, 'index.json')
  for (const [i, name] of Object.values(sampleImages).entries()) {
    expect(manifests[i]?.annotations).toEqual({
      [annotations.containerdName]: name,
      [annotations.refName]: name,
    })
    expect(manifests[i]?.digest).toBe(contents.images[i]?.root.digest)
  }
  expect(manifests.slice(2).map(entry => entry.artifactType)).toEqual([
    mediaTypes.helmConfig,
    mediaTypes.bundleArtifact,
  ])
  for (const entry of manifests.slice(2)) {
    expect(Object.keys(entry.annotations ?? {}).every(key => key.startsWith('dev.sealift.'))).toBe(true)
  }
})

test.each([
  'infisical:1',
  'infisical/infisical:1',
  'docker.io/lab/x',
  `docker.io/lab/x@${digestOf('x')}`,
  'docker.io/lab/X:1',
])('%s is no name for an image', name => {
  const { contents } = sampleBundle()
  const images = contents.images.map(image => ({ ...image, name }))
  expect(() => planBundle({ ...contents, images }, 0)).toThrow(
    expect.objectContaining({ code: 'SPEC_INVALID' }),
  )
})

test('manifests that do not fit together are refused', () => {
  const { contents } = sampleBundle()
  const [plain, indexed] = contents.images
  if (plain === undefined || indexed === undefined) throw new Error('the sample has two images')
  const cases = [
    { ...plain, manifests: [] },
    { ...plain, root: { ...plain.root, size: 1 } },
    { ...plain, manifests: [...plain.manifests, ...indexed.manifests] },
    { ...indexed, manifests: indexed.manifests.slice(0, 1) },
    { ...plain, root: { ...plain.root, mediaType: mediaTypes.ociIndex } },
  ]
  for (const image of cases) {
    expect(() => planBundle({ ...contents, images: [image] }, 0)).toThrow(
      expect.objectContaining({ code: 'CONTENT_MISMATCH' }),
    )
  }
})

test('one digest with two sizes is refused', () => {
  const { contents } = sampleBundle()
  const file = { title: 'a', mediaType: 'text/plain', content: { digest: digestOf('a'), size: 1 } }
  const files = [
    ...contents.files,
    file,
    { ...file, title: 'b', content: { digest: digestOf('a'), size: 2 } },
  ]
  expect(() => planBundle({ ...contents, files }, 0)).toThrow(/two sizes/)
})
