/** Attachments in a bundle: both forms are read, and what a stranger could make of them is refused. */
import { expect, test } from 'vitest'
import { openBundle, planBundle } from '../../../../src/bundle/layout/index.ts'
import type { BundleLock, LockedAttachment } from '../../../../src/bundle/lock/index.ts'
import { verifyBundle } from '../../../../src/bundle/verify/index.ts'
import { annotations, type Descriptor, digestOf, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { withBlob, withIndex } from '../../../support/forged-bundle.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { finished, sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'
import { areRefused } from './hostile/refused.ts'

const sample = sampleBundle({ attachments: true })
const { file, lock } = sample
const [plain, indexed] = lock.images
const lockedAll = lock.images.flatMap(({ attachments = [] }) => attachments)

test('both forms are read, and agree with the lock', async () => {
  const { attachments, images } = await openBundle(memorySource(file))
  const order = (list: readonly { kind: string }[]) => list.map(({ kind }) => kind).sort()
  expect(order(attachments)).toEqual(order(lockedAll))
  expect(order(attachments)).toEqual(['attestation', 'sbom', 'signature'])
  for (const { subject, descriptor, kind } of attachments)
    expect(lockedAll).toContainEqual(
      expect.objectContaining({ subject, manifest: descriptor.digest, size: descriptor.size, kind }),
    )
  expect(images.map(({ platforms }) => [...platforms.keys()])).toEqual([['linux/amd64'], ['linux/amd64']])
  expect((await verifyBundle(memorySource(file))).faults).toEqual([])
})

test('entries of index.json have no name, and say what they are about; an attestation has no entry', () => {
  const entries: Descriptor[] = []
  withIndex(file, manifests => {
    entries.push(...manifests)
    return manifests
  })
  const attached = entries.filter(one => annotations.attachmentSubject in (one.annotations ?? {}))
  expect(attached.map(one => one.annotations)).toEqual(
    expect.arrayContaining([
      { [annotations.attachmentSubject]: plain?.digest, [annotations.attachmentKind]: 'signature' },
      { [annotations.attachmentSubject]: indexed?.digest, [annotations.attachmentKind]: 'sbom' },
    ]),
  )
  expect(attached).toHaveLength(2)
  expect(attached.every(one => one.artifactType === undefined)).toBe(true)
})

test('the order in which they are given, and giving one twice, changes nothing', () => {
  const { contents, blobs } = sample
  const attachments = [...(contents.attachments ?? []).toReversed(), ...(contents.attachments ?? [])]
  expect(finished(planBundle({ ...contents, attachments }, 0), blobs).equals(file)).toBe(true)
})

const isIndex = (body: string) => body.includes('"manifests"')
const isSignature = (body: string) => body.includes('simplesigning') && body.includes('"layers"')
const isSbom = (body: string) => body.includes('"subject"') && body.includes('"layers"')
const attached = (change: (entry: Descriptor) => unknown) =>
  withIndex(file, all =>
    all.map(one => (annotations.attachmentSubject in (one.annotations ?? {}) ? change(one) : one)),
  )
const noted = (notes: Record<string, string>) =>
  attached(one => ({ ...one, annotations: { ...one.annotations, ...notes } }))
const locking = (change: (attachment: LockedAttachment) => LockedAttachment | []) =>
  sampleBundle({
    attachments: true,
    lock: (whole: BundleLock) => ({
      ...whole,
      images: whole.images.map(image => ({
        ...image,
        attachments: (image.attachments ?? []).flatMap(change),
      })),
    }),
  }).file

areRefused([
  [
    'one that is about nothing here',
    () => noted({ [annotations.attachmentSubject]: digestOf('other') }),
    /is about no image of the bundle/,
  ],
  [
    'one that is about a path',
    () => noted({ [annotations.attachmentSubject]: '../../etc' }),
    /\.\.\/\.\.\/etc: is about no image/,
  ],
  [
    'one that says to be something else',
    () => noted({ [annotations.attachmentKind]: 'other' }),
    /is said to be other, but is (signature|sbom)/,
  ],
  ['one without a kind', () => noted({ [annotations.attachmentKind]: '' }), /is said to be , but is/],
  [
    'one with the name of an image',
    () =>
      noted({ [annotations.containerdName]: 'docker.io/a/b:1', [annotations.refName]: 'docker.io/a/b:1' }),
    /neither a named image, nor a chart/,
  ],
  [
    'one that is a chart too',
    () => attached(one => ({ ...one, artifactType: mediaTypes.helmConfig })),
    /neither a named image, nor a chart/,
  ],
  [
    'one that is there twice',
    () =>
      withIndex(file, all => [
        ...all,
        ...all.filter(one => annotations.attachmentSubject in (one.annotations ?? {})),
      ]),
    /is there twice/,
  ],
  [
    'one that is left out',
    () => withIndex(file, all => all.filter(one => !(annotations.attachmentKind in (one.annotations ?? {})))),
    /attachment sha256:.* of sha256:.*: is in the lock but not in the bundle/,
  ],
  [
    'one that says itself that it is attached to something else',
    () => withBlob(file, isSbom, body => body.replace(indexed?.digest ?? '?', digestOf('other'))),
    /is attached to sha256:[0-9a-f]+, not to/,
  ],
  ['one that is no manifest', () => withBlob(file, isSignature, () => 'hello'), /not valid JSON/],
  [
    'one with a blob that is not there',
    () =>
      withBlob(file, isSignature, body =>
        body.replace(/"layers":\[\{"mediaType":"([^"]+)","digest":"[^"]+"/, (_, type) => {
          return `"layers":[{"mediaType":"${type}","digest":"${digestOf('gone')}"`
        }),
      ),
    /attachment of image .*: its blob sha256:[0-9a-f]+ \([\d.]+ k?B\) is missing/,
  ],
  [
    'an attestation of a manifest that is not carried',
    () =>
      withBlob(file, isIndex, body =>
        body.replace(/(reference\.digest":")sha256:[0-9a-f]+/, `$1${digestOf('absent')}`),
      ),
    /attests sha256:[0-9a-f]+, which is not carried/,
  ],
  [
    'an attestation that pretends to be the image',
    () =>
      withBlob(file, isIndex, body =>
        body.replace('"os":"unknown","architecture":"unknown"', '"os":"linux","architecture":"amd64"'),
      ),
    /two manifests for linux\/amd64/,
  ],
  [
    'something for no platform that nothing explains',
    () => withBlob(file, isIndex, body => body.replace('attestation-manifest', 'surprise')),
    /nothing in the bundle refers to it/,
  ],
  ['an attachment that the lock has not', () => locking(() => []), /attachment .*: is not in the lock/],
  [
    'another size in the lock',
    () => locking(one => ({ ...one, size: one.size + 1 })),
    /is another than the one in the lock/,
  ],
  [
    'another kind in the lock',
    () => locking(one => ({ ...one, kind: 'other' })),
    /is another than the one in the lock/,
  ],
  [
    'other blobs in the lock',
    () => locking(one => ({ ...one, blobs: { [digestOf('x')]: 1 } })),
    /is another than the one in the lock/,
  ],
  [
    'another image in the lock',
    () => locking(one => ({ ...one, subject: digestOf('x') })),
    /is in the lock but not in the bundle/,
  ],
])

test('a changed byte in an attachment names the image that it belongs to', async () => {
  const [attestation] = indexed?.attachments ?? []
  const blob = sample.plan.wanted.find(({ digest, size }) => size > 300 && attestation?.blobs[digest])
  const bytes = Buffer.from(file)
  bytes[(blob?.offset ?? 0) + 10] = (bytes[(blob?.offset ?? 0) + 10] ?? 0) ^ 1
  const { faults } = await verifyBundle(memorySource(bytes))
  expect(faults).toEqual([
    expect.objectContaining({ code: 'BUNDLE_DAMAGED', where: `image ${sampleImages.indexed}` }),
  ])
})
