/** Locks that say of what is attached to an image what its manifest does not, and attachments that no bundle may hold. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { type LockedAttachment, parseLock, printLock } from '../../../../src/bundle/lock/index.ts'
import { type Descriptor, type Digest, digestOf, hexOf } from '../../../../src/kernel/oci/index.ts'
import { build } from '../../../../src/seal/verbs/build/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import {
  type AttachmentShape,
  attachmentManifest,
  cosignAttestation,
  cosignSignature,
} from '../../../support/attachments.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'
import { memorySource } from '../../../support/memory-files.ts'

const platform = 'linux/amd64'
const repository = 'registry.test/app'
const lockPath = 'spec/bundle.lock.yaml'

/** An image with what `shapes` makes under cosign's tags, locked; `build` builds by a lock that was changed. */
async function locked(shapes: (image: Digest) => Readonly<Record<string, AttachmentShape>>) {
  const { files, registry, host, talk, lines } = await connectedSpec()
  const { digest } = registry.image(repository, '1', 'amd64', ['the layer'])
  for (const [suffix, shape] of Object.entries(shapes(digest))) {
    const manifest = attachmentManifest(shape, (content, mediaType) => registry.blobOf(content, mediaType))
    registry.put(repository, `sha256-${hexOf(digest)}.${suffix}`, manifest)
  }
  await lock({ specDir: 'spec', platform, budget: 'hold' }, host, talk)
  const now = parseLock(await files.readText(lockPath), 'it')
  const [attachment] = now.images[0]?.attachments ?? []
  return {
    ...{ lines, attachment },
    async build(change: (attachment: LockedAttachment) => LockedAttachment = one => one) {
      const images = now.images.map(image => ({ ...image, attachments: image.attachments?.map(change) }))
      await files.write(lockPath, printLock({ ...now, images } as typeof now))
      const request = { specDir: 'spec', platform, output: 'out', concurrency: 2, epoch: 0, locked: true }
      const { path } = await build(request, host, talk)
      return openBundle(memorySource(await files.readBytes(path)))
    },
  }
}

test.each<[string, (attachment: LockedAttachment) => Partial<LockedAttachment>]>([
  ['kind', () => ({ kind: 'sbom' })],
  ['predicates', () => ({ predicateTypes: ['https://other.test/made-up'] })],
  ['type', () => ({ artifactType: 'application/other' })],
  ['size', ({ size }) => ({ size: size + 1 })],
  ['blobs', ({ blobs }) => ({ blobs: { ...blobs, [digestOf('other')]: 5 } })],
  ['subject', () => ({ subject: digestOf('another image') })],
])('an attachment of which a lock has another %s is refused, before a bundle is made', async (_, edit) => {
  const { attachment, build } = await locked(image => ({ att: cosignAttestation(image) }))
  const refused = build(one => ({ ...one, ...edit(one) }))
  await expect(refused).rejects.toMatchObject({ code: 'LOCK_DRIFT' })
  expect((await build()).attachments.map(({ descriptor }) => descriptor.digest)).toEqual([
    attachment?.manifest,
  ])
})

test('an attachment under the tag of one image that says it is of another is left out, and named', async () => {
  const { lines, build } = await locked(image => {
    const other = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf('x'), size: 1 }
    const subject: Descriptor = { ...other, digest: image }
    return {
      sig: { ...cosignSignature(image), subject: other },
      att: { ...cosignAttestation(image), subject },
    }
  })
  expect((await build()).attachments.map(({ kind }) => kind)).toEqual(['attestation'])
  expect(lines.filter(line => line.includes('it is attached to something else'))).not.toEqual([])
})
