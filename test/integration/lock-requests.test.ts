/** What locking asks registries for, counted: the real adapter, and a registry of ours that keeps a list. */
import { afterEach, describe, expect, test } from 'vitest'
import { type Digest, digestOf, hexOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import { cosignSbom, cosignSignature } from '../support/attachments.ts'
import { type CountedSpec, countedSpec, manifests } from '../support/counted-spec.ts'

let spec: CountedSpec
afterEach(() => spec?.stop())

const image = 'registry.test/app:1'
const sbomType = 'application/spdx+json'

/** Attaches an SBOM to a manifest, found by a list under the fallback tag, which may name more. */
function list(subject: Digest, size: number, ...more: string[]): void {
  const listed = ['sbom', ...more].map(name =>
    spec.store.attach('app', undefined, {
      artifactType: sbomType,
      subject: { mediaType: mediaTypes.ociIndex, digest: subject, size },
      layers: [{ content: `{"name":"${name}"}`, mediaType: sbomType }],
    }),
  )
  spec.store.put('app', `sha256-${hexOf(subject)}`, { manifests: listed }, mediaTypes.ociIndex)
}

describe('an image of two platforms', () => {
  test('has each manifest read once, and none when it is locked again or held to', async () => {
    spec = await countedSpec()
    spec.store.twoPlatforms('app', '1', 'first')
    const first = await spec.lock()
    expect(manifests(spec.asked()).read).toHaveLength(3)
    for (const locked of [true, false]) {
      const { text } = await spec.lock({ locked })
      const asked = spec.asked()
      expect(text).toBe(first.text)
      const { read, looked } = manifests(asked)
      expect(read).toEqual([])
      // The tag, a manifest by which HEAD is known to be answered, and of each of three the tags that may be beside it.
      expect(looked).toHaveLength(1 + 3 * 4)
      expect(asked.filter(line => line.startsWith('GET referrers'))).toHaveLength(3)
    }
  })

  test('with all that can be attached to it as well', async () => {
    spec = await countedSpec()
    const { index, amd64, arm64 } = spec.store.twoPlatforms('app', '1', 'first', true)
    spec.store.attach('app', `sha256-${hexOf(index)}.sig`, cosignSignature(index))
    spec.store.attach('app', `sha256-${hexOf(amd64)}.sbom`, cosignSbom())
    list(index, 1)
    list(arm64, 1)
    const { lock, text } = await spec.lock()
    expect(lock.images[0]?.attachments).toHaveLength(6)
    // Three of the image, two of buildkit's, two of cosign's, two lists and what they name.
    expect(manifests(spec.asked()).read).toHaveLength(3 + 2 + 2 + 2 + 2)
    for (const locked of [true, false]) {
      const again = await spec.lock({ locked })
      expect(again.text).toBe(text)
      expect(again.drift).toEqual([])
      expect(manifests(spec.asked()).read).toEqual([])
    }
    list(index, 1, 'another')
    const drifted = spec.lock({ locked: true })
    await expect(drifted).rejects.toMatchObject({
      code: 'LOCK_DRIFT',
      faults: [expect.stringMatching(/sbom .* is attached now$/)],
    })
    expect(manifests(spec.asked()).read).toHaveLength(2)
  })

  test('whose list of attachments is another one that names the same is as it was locked', async () => {
    spec = await countedSpec()
    const { index } = spec.store.twoPlatforms('app', '1', 'first')
    list(index, 1)
    const { text } = await spec.lock()
    const { manifest } = spec.store.images[`app:sha256-${hexOf(index)}`] ?? {}
    const other = { ...JSON.parse(`${manifest}`), annotations: { touched: 'yes' } }
    spec.store.put('app', `sha256-${hexOf(index)}`, other, mediaTypes.ociIndex)
    expect((await spec.lock({ locked: true })).text).toBe(text)
    expect((await spec.lock()).drift?.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/the list that names sbom .* is another one$/),
    ])
    expect((await spec.lock()).drift).toEqual([])
  })

  test('by the API of referrers: only what is new is read, and what is gone is told', async () => {
    const referrers: Record<string, object> = {}
    spec = await countedSpec({ referrers, changes: { platforms: ['linux/amd64'] } })
    const { digest } = spec.store.image('app', '1', 'amd64', 'x')
    const attach = (name: string) =>
      spec.store.attach('app', undefined, {
        artifactType: sbomType,
        subject: { mediaType: mediaTypes.ociManifest, digest, size: 1 },
        layers: [{ content: name, mediaType: sbomType }],
      })
    const listed = [attach('first')]
    referrers[`/v2/app/referrers/${digest}?ns=registry.test`] = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: listed,
    }
    const { lock } = await spec.lock()
    expect(lock.images[0]?.attachments).toHaveLength(1)
    spec.asked()
    expect((await spec.lock({ locked: true })).drift).toEqual([])
    expect(manifests(spec.asked()).read).toEqual([])
    const second = attach('second')
    listed.push(second)
    expect((await spec.lock()).drift).toHaveLength(1)
    expect(manifests(spec.asked()).read).toEqual([`app:${second.digest}`])
    listed.length = 0
    const held = spec.lock({ locked: true })
    const gone = expect.stringContaining('attached no longer')
    await expect(held).rejects.toMatchObject({ faults: [gone, gone] })
  })

  test('that has moved is read anew, once', async () => {
    spec = await countedSpec()
    spec.store.twoPlatforms('app', '1', 'first')
    spec.store.twoPlatforms('more', '1', 'more')
    await spec.writeSpec({ images: ['registry.test/more:1'] })
    await spec.lock()
    spec.asked()
    const { index, amd64, arm64 } = spec.store.twoPlatforms('app', '1', 'second')
    await expect(spec.lock({ locked: true })).rejects.toMatchObject({
      faults: [expect.stringMatching(`image ${image}: the tag moved: .* now ${index}`)],
    })
    expect(manifests(spec.asked()).read.sort()).toEqual(['app:1', `app:${amd64}`, `app:${arm64}`].sort())
  })

  test('for a platform that is new is read, for one less is not', async () => {
    spec = await countedSpec()
    spec.store.twoPlatforms('app', '1', 'first')
    await spec.lock()
    spec.asked()
    await spec.writeSpec({ platforms: ['linux/arm64', 'linux/amd64'].slice(1) })
    expect(Object.keys((await spec.lock()).lock.images[0]?.platforms ?? {})).toEqual(['linux/amd64'])
    expect(manifests(spec.asked()).read).toEqual([])
    await spec.writeSpec()
    expect(Object.keys((await spec.lock()).lock.images[0]?.platforms ?? {})).toHaveLength(2)
    expect(manifests(spec.asked()).read).toHaveLength(3)
  })

  test('whose attachments nobody looked for is asked for them once that is wanted', async () => {
    spec = await countedSpec()
    const { index } = spec.store.twoPlatforms('app', '1', 'first', true)
    spec.store.attach('app', `sha256-${hexOf(index)}.sig`, cosignSignature(index))
    await spec.lock({ attestations: false })
    spec.asked()
    expect((await spec.lock({ locked: true })).drift).toEqual([])
    expect(spec.asked()).toEqual(['HEAD manifests app:1'])
    expect((await spec.lock()).lock.images[0]?.attachments).toHaveLength(3)
    expect(manifests(spec.asked()).read).toHaveLength(1 + 3)
  })
})

test('an image whose index leads to another one has each manifest read once, and then none', async () => {
  spec = await countedSpec()
  spec.store.twoPlatforms('app', 'below', 'first', true)
  const { mediaType, manifest = Buffer.from('') } = spec.store.images['app:below'] ?? {}
  const inner = { mediaType, digest: digestOf(manifest), size: manifest.length }
  spec.store.put('app', '1', { manifests: [inner] }, mediaTypes.ociIndex)
  const first = await spec.lock()
  expect(first.lock.images[0]?.attachments).toHaveLength(2)
  // Two indexes, two manifests, an attestation of each.
  expect(manifests(spec.asked()).read).toHaveLength(6)
  for (const locked of [true, false]) {
    expect((await spec.lock({ locked })).text).toBe(first.text)
    expect(manifests(spec.asked()).read).toEqual([])
  }
})

describe('a registry that', () => {
  test.each([
    ['refuses HEAD', { status: 405 }],
    ['forbids HEAD', { status: 403 }],
    ['knows nothing by HEAD', { status: 404 }],
    ['fails at HEAD', { status: 500 }],
    ['names no digest', { namesNoDigest: true }],
    ['breaks connections at HEAD', { breaks: true }],
  ])('%s is read, each manifest once', async (_, fault) => {
    spec = await countedSpec()
    const { index } = spec.store.twoPlatforms('app', '1', 'first', true)
    spec.store.attach('app', `sha256-${hexOf(index)}.sig`, cosignSignature(index))
    spec.server.fault({ path: /manifests/, method: 'HEAD', ...fault })
    const first = await spec.lock()
    expect(first.lock.images[0]?.attachments).toHaveLength(3)
    manifests(spec.asked())
    expect((await spec.lock({ locked: true })).text).toBe(first.text)
    manifests(spec.asked())
  })
})
