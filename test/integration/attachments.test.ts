/** What publishers attach to images, from a real registry into a bundle: locked, carried, read, and out of the way. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRuntime } from '../../src/adapters/containerd/index.ts'
import { nodeFiles } from '../../src/adapters/files/index.ts'
import { openBundle } from '../../src/bundle/layout/index.ts'
import type { LockedAttachment } from '../../src/bundle/lock/index.ts'
import { verifyBundle } from '../../src/bundle/verify/index.ts'
import { type Descriptor, type Digest, digestOf, hexOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { sbom } from '../../src/seal/verbs/sbom.ts'
import { loadImages } from '../../src/site/load/index.ts'
import {
  type AttachmentShape,
  attachmentManifest,
  attestationEntry,
  buildkitAttestation,
  cosignAttestation,
  cosignSignature,
  cyclonedx,
  spdx,
} from '../support/attachments.ts'
import { type Blob, storeBlob } from '../support/connected/blobs.ts'
import {
  type Image,
  push,
  randomImage,
  startRegistry,
  type TestRegistry,
} from '../support/connected/index.ts'
import { startContainerd } from '../support/containerd.ts'
import { incompleteOn } from '../support/incomplete-on.ts'
import { aptInstall } from '../support/packages.ts'
import { recordedTalk } from '../support/recorded-talk.ts'
import { type SpecOfImages, specOfImages } from '../support/spec-of-images.ts'
import { goTool } from '../support/tools/build.ts'

const names = { built: 'docker.io/team/built:1', bare: 'docker.io/team/bare:1' }
const images = Object.values(names).sort()

let registry: TestRegistry
let spec: SpecOfImages
let bundle: string
/** By how it was attached. */
const attached: Record<string, Digest> = {}

const descriptorOf = ({ mediaType, digest, size }: Blob): Descriptor => ({
  mediaType,
  digest: digest as Digest,
  size,
})

/** An attachment's manifest and blobs, as `push` takes them. */
async function made(shape: AttachmentShape): Promise<Image> {
  const contents: { content: string; mediaType: string }[] = []
  const manifest = attachmentManifest(shape, (content, mediaType) => {
    contents.push({ content, mediaType })
    return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) }
  })
  const blobs = await Promise.all(contents.map(({ content, mediaType }) => storeBlob(content, mediaType)))
  return { manifest: await storeBlob(JSON.stringify(manifest), mediaTypes.ociManifest), blobs }
}

async function pushTo(repository: string, tag: string, image: Image): Promise<Digest> {
  await push(registry.host, repository, tag, image)
  return image.manifest.digest as Digest
}

/** An image as buildkit pushes it: an index with the image and its attestation. */
async function buildkitImage(): Promise<{ index: Image; image: Image; attestation: Image }> {
  const image = await randomImage({ layers: 2, bytesPerLayer: 50_000, seed: 'built' })
  const subject = descriptorOf(image.manifest)
  const attestation = await made(buildkitAttestation(subject.digest))
  const manifests = [
    { ...subject, platform: { os: 'linux', architecture: 'amd64' } },
    attestationEntry(descriptorOf(attestation.manifest), subject.digest),
  ]
  const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })
  const index = {
    manifest: await storeBlob(body, mediaTypes.ociIndex),
    blobs: [],
    images: [image, attestation],
  }
  return { index, image, attestation }
}

beforeAll(async () => {
  await aptInstall(['skopeo'], console.log)
  registry = await startRegistry()
  const { index, image, attestation } = await buildkitImage()
  const root = await pushTo('team/built', '1', index)
  attached['buildkit'] = attestation.manifest.digest as Digest
  const below = image.manifest.digest as Digest
  attached['sig'] = await pushTo('team/built', `sha256-${hexOf(root)}.sig`, await made(cosignSignature(root)))
  attached['att'] = await pushTo(
    'team/built',
    `sha256-${hexOf(below)}.att`,
    await made(cosignAttestation(below)),
  )
  await pushTo('team/bare', '1', await randomImage({ layers: 1, bytesPerLayer: 50_000, seed: 'bare' }))
  spec = await specOfImages(registry.host, images)
  await writeFile(join(spec.dir, 'sbom.spdx.json'), JSON.stringify(spdx))
  const oras = ['attach', '--plain-http', '--artifact-type', 'application/spdx+json', '--format', 'json']
  const { stdout } = await execa(
    await goTool('oras'),
    [...oras, `${registry.host}/team/built:1`, 'sbom.spdx.json'],
    { cwd: spec.dir },
  )
  attached['oras'] = JSON.parse(stdout).digest
  await spec.lock()
  bundle = await spec.build('out')
}, 600_000)

afterAll(async () => {
  await spec?.stop()
  await registry?.stop()
})

async function faultsOf(path: string) {
  const source = await nodeFiles().openBundle(path)
  try {
    return (await verifyBundle(source)).faults
  } finally {
    await source.close()
  }
}

const lockedOf = async (name: string): Promise<LockedAttachment[] | undefined> =>
  (await spec.lock()).lock.images.find(image => image.name === name)?.attachments

describe('lock', () => {
  test('finds what buildkit, cosign and oras attached, and says what each is', async () => {
    const found = await lockedOf(names.built)
    const short = found?.map(({ kind, manifest, tag }) => [kind, manifest, tag?.replace(/^.*\./, '.')])
    expect(short?.sort()).toEqual(
      [
        ['attestation', attached['buildkit'], undefined],
        ['signature', attached['sig'], '.sig'],
        ['attestation', attached['att'], '.att'],
        ['sbom', attached['oras'], undefined],
      ].sort(),
    )
  })

  test('an image without any has an empty list, and the lack of an SBOM is told once', async () => {
    expect(await lockedOf(names.bare)).toEqual([])
    expect(new Set(spec.told.filter(text => text.includes('SBOM')))).toEqual(
      new Set([`no SBOM is attached to 1 of 2 images: ${names.bare}`]),
    )
  })

  test('is the same text again', async () => {
    const [one, two] = [await spec.lock(), await spec.lock()]
    expect(two.text).toBe(one.text)
    expect(two.drift).toEqual([])
  })

  test('without attestations the lock has none, and says so when it had some', async () => {
    const { lock, drift } = await spec.lock(false)
    const plain = await spec.build('plain').finally(() => spec.lock())
    expect(lock.images.map(({ attachments }) => attachments)).toEqual([undefined, undefined])
    expect(drift?.map(({ sentence }) => sentence)).toContain(
      `image ${names.built}: what is attached to it was carried, now is left out`,
    )
    expect(await faultsOf(plain)).toEqual([])
  })
})

describe('the bundle', () => {
  test('is sound, and the same bytes at any concurrency', async () => {
    expect(await faultsOf(bundle)).toEqual([])
    await execa('cmp', [bundle, await spec.build('again', 1)])
    await execa('cmp', [bundle, await spec.build('wide', 8)])
  })

  test.each(images)('skopeo inspects and copies %s', async name => {
    const { stdout } = await execa('skopeo', ['inspect', `oci-archive:${bundle}:${name}`])
    expect(JSON.parse(stdout)).toMatchObject({ Os: 'linux', Architecture: 'amd64' })
    const out = `dir:${join(spec.dir, digestOf(name).slice(7, 15))}`
    await execa('skopeo', ['copy', '--insecure-policy', `oci-archive:${bundle}:${name}`, out])
  })

  test('ctr imports the images and nothing else, whole; loading takes no attachment', async () => {
    const containerd = await startContainerd()
    try {
      await containerd.run('images', 'import', bundle)
      expect(await containerd.names()).toEqual(images)
      const runtime = createRuntime(containerd)
      expect(await incompleteOn(runtime, images)).toEqual([])
      await runtime.remove(images)
      const source = await nodeFiles().openBundle(bundle)
      const open = await openBundle(source)
      const { loaded, bytes } = await loadImages({ bundle: open, runtime, platform: 'linux/amd64' })
      expect([...loaded].sort()).toEqual(images)
      const blobs = open.images.flatMap(image => [...image.platforms.values()])
      const most = blobs.flatMap(({ layers }) => layers).reduce((sum, { size }) => sum + size, 0)
      expect(bytes).toBeLessThan(most + 10_000)
      await source.close()
    } finally {
      await containerd.stop()
    }
  })

  test('gives its SBOMs back: three documents of one image, none of the other', async () => {
    const output = join(spec.dir, 'sboms')
    const reporter = { step: () => expect.unreachable(), note() {}, warn: expect.unreachable }
    const found = await sbom(bundle, output, nodeFiles(), { ...recordedTalk(), reporter })
    const formats = found.map(({ image, documents }) => [image, documents.map(({ format }) => format).sort()])
    expect(formats).toEqual([
      [names.bare, []],
      [names.built, ['CycloneDX 1.6', 'SPDX 2.3', 'SPDX 2.3']],
    ])
    const files = found.flatMap(({ documents }) => documents.map(({ file }) => file ?? ''))
    const texts = await Promise.all(files.map(file => readFile(file, 'utf8')))
    const documents = texts.map(text => JSON.parse(text))
    expect(documents.filter(({ bomFormat }) => bomFormat !== undefined)).toEqual([cyclonedx])
    expect(documents.filter(({ spdxVersion }) => spdxVersion !== undefined)).toEqual([spdx, spdx])
  })
})

test('a signature that was replaced since is drift, and no bundle', async () => {
  const gone = await execa('curl', [
    '-s',
    '-X',
    'DELETE',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    `${registry.url}/v2/team/built/manifests/${attached['sig']}`,
  ])
  expect(gone.stdout).toBe('202')
  await expect(spec.build('gone')).rejects.toMatchObject({
    code: 'LOCK_DRIFT',
    message: expect.stringContaining(`a locked signature of ${names.built} is no longer there`),
  })
})
