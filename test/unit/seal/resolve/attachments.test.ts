import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import {
  type Descriptor,
  type Digest,
  digestOf,
  hexOf,
  mediaTypes,
} from '../../../../src/kernel/oci/index.ts'
import { findAttachments, type PinnedImage, pinImages } from '../../../../src/seal/resolve/index.ts'
import {
  type AttachmentShape,
  attachmentManifest,
  attestationEntry,
  buildkitAttestation,
  cosignAttestation,
  cosignSbom,
  cosignSignature,
} from '../../../support/attachments.ts'
import { MemoryRegistry } from '../../../support/memory-registry.ts'

const place = 'r.io/app'
const platforms = ['linux/amd64', 'linux/arm64']

function store(registry: MemoryRegistry, tag: string, shape: AttachmentShape): Descriptor {
  const manifest = attachmentManifest(shape, (content, mediaType) => registry.blobOf(content, mediaType))
  return registry.put(place, tag, manifest)
}

/** A two-platform image as buildkit pushes it, with an attestation of each. */
function multi(registry: MemoryRegistry) {
  const of = (architecture: string) => registry.image(place, architecture, architecture, [architecture])
  const [amd64, arm64] = [of('amd64'), of('arm64')]
  const attests = [amd64, arm64].map(one => store(registry, one.digest, buildkitAttestation(one.digest)))
  const index = registry.put(
    place,
    '1',
    {
      manifests: [
        { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
        ...attests.map((one, i) => attestationEntry(one, [amd64, arm64][i]?.digest ?? digestOf(''))),
      ],
    },
    mediaTypes.ociIndex,
  )
  return { index, amd64, arm64, attests }
}

async function pinned(registry: MemoryRegistry, wanted = platforms): Promise<PinnedImage[]> {
  return (await pinImages([{ name: `${place}:1`, reasons: [] }], { registry, platforms: wanted })).pinned
}

async function found(registry: MemoryRegistry, wanted = platforms) {
  const leftOut: string[] = []
  const images = await pinned(registry, wanted)
  const all = await findAttachments(images, { registry, onLeftOut: text => leftOut.push(text) })
  return { list: all.get(`${place}:1`) ?? [], leftOut }
}

const tag = (digest: Digest, suffix: string) => `sha256-${hexOf(digest)}${suffix}`

describe('what a registry may have attached', () => {
  test('nothing, in a registry with the API and in one without', async () => {
    for (const listsReferrers of [true, false]) {
      const registry = new MemoryRegistry()
      registry.listsReferrers = listsReferrers
      registry.image(place, '1', 'amd64', ['x'])
      expect(await found(registry, ['linux/amd64'])).toEqual({ list: [], leftOut: [] })
    }
  })

  test("buildkit's attestations of the carried platforms, and of no other", async () => {
    const registry = new MemoryRegistry()
    const { amd64, attests } = multi(registry)
    const { list } = await found(registry, ['linux/amd64'])
    expect(list).toEqual([
      {
        kind: 'attestation',
        subject: amd64.digest,
        manifest: attests[0]?.digest,
        size: attests[0]?.size,
        predicateTypes: ['https://slsa.dev/provenance/v0.2', 'https://spdx.dev/Document'],
        blobs: expect.any(Object),
      },
    ])
    expect(Object.keys(list[0]?.blobs ?? {})).toHaveLength(3)
    expect((await found(registry)).list.map(({ manifest }) => manifest).sort()).toEqual(
      attests.map(({ digest }) => digest).sort(),
    )
  })

  test("cosign's three tags, of the index and of a manifest below it", async () => {
    const registry = new MemoryRegistry()
    const { index, amd64 } = multi(registry)
    const signature = store(registry, tag(index.digest, '.sig'), cosignSignature(index.digest))
    const attestation = store(registry, tag(amd64.digest, '.att'), cosignAttestation(amd64.digest))
    const sbom = store(registry, tag(amd64.digest, '.sbom'), cosignSbom())
    const { list } = await found(registry, ['linux/amd64'])
    const tagged = list.filter(one => one.tag !== undefined)
    const expected = [
      ['signature', index, signature, '.sig'],
      ['attestation', amd64, attestation, '.att'],
      ['sbom', amd64, sbom, '.sbom'],
    ] as const
    for (const [kind, subject, manifest, suffix] of expected) {
      expect(tagged).toContainEqual(
        expect.objectContaining({
          kind,
          subject: subject.digest,
          manifest: manifest.digest,
          tag: tag(subject.digest, suffix),
        }),
      )
    }
    expect(tagged).toHaveLength(3)
    const keys = list.map(({ subject, manifest }) => `${subject} ${manifest}`)
    expect(keys).toEqual(keys.toSorted())
  })

  const document = { content: '{}', mediaType: 'application/spdx+json' }

  test('referrers, by the API or by the fallback tag', async () => {
    const registry = new MemoryRegistry()
    const subject = registry.image(place, '1', 'amd64', ['x'])
    const shape = { artifactType: 'application/spdx+json', subject, layers: [document] }
    const sbom = store(registry, 'some-tag', shape)
    const expected = expect.objectContaining({
      kind: 'sbom',
      subject: subject.digest,
      manifest: sbom.digest,
      artifactType: 'application/spdx+json',
    })
    expect(await found(registry, ['linux/amd64'])).toEqual({ list: [expected], leftOut: [] })
    registry.listsReferrers = false
    expect((await found(registry, ['linux/amd64'])).list).toEqual([])
    registry.put(place, tag(subject.digest, ''), { manifests: [sbom] }, mediaTypes.ociIndex)
    expect(await found(registry, ['linux/amd64'])).toEqual({ list: [expected], leftOut: [] })
  })

  test('a fallback tag that is the image itself, as at GitLab, lists nothing', async () => {
    const registry = new MemoryRegistry()
    const { index } = multi(registry)
    registry.listsReferrers = false
    const before = await found(registry)
    registry.tag(place, tag(index.digest, ''), index.digest)
    registry.asked.length = 0
    expect(await found(registry)).toEqual({ ...before, leftOut: [] })
    expect(registry.asked).not.toContain(`${place}:${tag(index.digest, '')}`)
    registry.answersHead = false
    expect(await found(registry)).toEqual({ ...before, leftOut: [] })
  })

  test('what is found in two ways is there once', async () => {
    const registry = new MemoryRegistry()
    const { amd64, attests } = multi(registry)
    registry.listsReferrers = false
    const manifests = attests.slice(0, 1)
    registry.put(place, tag(amd64.digest, ''), { manifests }, mediaTypes.ociIndex)
    expect((await found(registry)).list).toHaveLength(2)
  })
})

describe('what is left out is told', () => {
  test('an attachment whose manifest is none, and no other', async () => {
    const registry = new MemoryRegistry()
    const { amd64 } = multi(registry)
    const sound = store(registry, 'a', { ...buildkitAttestation(amd64.digest), subject: amd64 })
    const { digest } = registry.put(place, 'b', { subject: amd64, config: 5, layers: [] })
    const { list, leftOut } = await found(registry)
    expect(list.map(({ manifest }) => manifest)).toContain(sound.digest)
    expect(leftOut).toEqual([expect.stringContaining(`${digest} is no image manifest: config: `)])
  })

  test.each([
    [
      'an index',
      (registry: MemoryRegistry) => registry.put(place, 'x', { manifests: [] }, mediaTypes.ociIndex),
      'it is no manifest, but application/vnd.oci.image.index.v1+json',
    ],
    [
      'one that is gone',
      () => ({ mediaType: mediaTypes.ociManifest, digest: digestOf('gone'), size: 9 }),
      'the registry names it, but does not have it',
    ],
    [
      'one of something else',
      (registry: MemoryRegistry) => store(registry, 'x', cosignSbom()),
      'it is attached to something else',
    ],
    [
      'one of 300 MiB',
      (registry: MemoryRegistry, subject: Descriptor) => {
        const big = { mediaType: 'text/plain', digest: digestOf('big'), size: 300 * 2 ** 20 }
        const config = registry.blobOf('{}', mediaTypes.ociEmpty)
        return registry.put(place, 'x', { artifactType: 'text/plain', config, layers: [big], subject })
      },
      /^it has 314\.6 MB, more than the 268\.4 MB/,
    ],
  ])('%s', async (_, make, words) => {
    const registry = new MemoryRegistry()
    registry.listsReferrers = false
    const subject = registry.image(place, '1', 'amd64', ['x'])
    const listed = make(registry, subject)
    registry.put(place, tag(subject.digest, ''), { manifests: [listed] }, mediaTypes.ociIndex)
    const { list, leftOut } = await found(registry, ['linux/amd64'])
    expect(list).toEqual([])
    const before = `${place}:1: ${listed.digest} is left out: `
    expect(leftOut).toHaveLength(1)
    expect(leftOut[0]?.startsWith(before)).toBe(true)
    expect(leftOut[0]?.slice(before.length)).toMatch(words)
  })

  test('all beyond a hundred', async () => {
    const registry = new MemoryRegistry()
    const subject = registry.image(place, '1', 'amd64', ['x'])
    for (let i = 0; i < 103; i++) {
      const layers = [{ content: `${i}`, mediaType: 'text/plain' }]
      store(registry, `t${i}`, { artifactType: 'text/plain', subject, layers })
    }
    const { list, leftOut } = await found(registry, ['linux/amd64'])
    expect(list).toHaveLength(100)
    expect(leftOut).toEqual([`${place}:1: of 103 attachments the first 100 are carried`])
  })
})

test('a registry that fails leaves its image unknown, and ends nothing', async () => {
  const registry = new MemoryRegistry()
  registry.image(place, '1', 'amd64', ['x'])
  registry.image('r.io/other', '1', 'amd64', ['y'])
  const names = [`${place}:1`, 'r.io/other:1']
  const { pinned: images } = await pinImages(
    names.map(name => ({ name, reasons: [] })),
    { registry, platforms: ['linux/amd64'] },
  )
  const referrers = registry.referrers.bind(registry)
  registry.referrers = async (reference, ...rest) => {
    if (reference.repository === 'other') return await referrers(reference, ...rest)
    throw new SealiftError('REGISTRY_FAILED', 'asks to slow down (429), tried 5 times')
  }
  const unknown: string[] = []
  const onUnknown = ({ name }: PinnedImage, { message }: SealiftError) => unknown.push(`${name}: ${message}`)
  expect(await findAttachments(images, { registry, onUnknown })).toEqual(new Map([['r.io/other:1', []]]))
  expect(unknown).toEqual([`${place}:1: asks to slow down (429), tried 5 times`])
})

test('Ctrl-C is no registry that fails', async () => {
  const registry = new MemoryRegistry()
  registry.image(place, '1', 'amd64', ['x'])
  const images = await pinned(registry, ['linux/amd64'])
  const ctrlC = new AbortController()
  registry.referrers = async () => {
    ctrlC.abort(new Error('stopped'))
    throw new SealiftError('REGISTRY_FAILED', 'the connection ended')
  }
  await expect(findAttachments(images, { registry, signal: ctrlC.signal })).rejects.toThrow('stopped')
})
