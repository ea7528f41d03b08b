import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { type Digest, digestOf } from '../../../../src/kernel/oci/index.ts'
import { imageMigrations } from '../../../../src/site/migrations/index.ts'
import { memorySource } from '../../../support/memory-files.ts'
import { tarOf } from '../../../support/sample-blobs.ts'
import { sampleBundle, sampleImages } from '../../../support/sample-bundle.ts'

const name = 'docker.io/infisical/infisical:v2'

/** As much of a bundle as is read, with an image of these layers. */
function bundleOf(...layers: readonly Uint8Array[]): Parameters<typeof imageMigrations>[0] {
  const blobs = new Map<Digest, Uint8Array>(layers.map(bytes => [digestOf(bytes), bytes]))
  const descriptor = { mediaType: 'x/y', digest: digestOf(Buffer.of()), size: 0 }
  const described = layers.map(bytes => ({ ...descriptor, digest: digestOf(bytes), size: bytes.length }))
  const manifest = { descriptor, parents: [], config: descriptor, layers: described }
  const image = {
    name,
    descriptor,
    platforms: new Map([['linux/amd64', manifest]]),
    documents: [],
    attestations: [],
  }
  return {
    images: [image],
    has: ({ digest }) => blobs.has(digest),
    async *stream(digest) {
      const bytes = blobs.get(digest) ?? Buffer.of()
      // In pieces, none of which begins where a header does.
      for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700)
    },
  }
}

const layer = (...paths: readonly string[]) => tarOf(Object.fromEntries(paths.map(path => [path, 'x'])))
const read = async (...layers: readonly Uint8Array[]) =>
  (await imageMigrations(bundleOf(...layers), name))?.names
const folder = 'backend/dist/db/migrations'

describe('the migrations of an image', () => {
  it('are files of a folder db/migrations, by name without extension', async () => {
    const paths = [
      `${folder}/20240102_b.mjs`,
      `${folder}/20240101_a.mjs`,
      `${folder}/20240101_a.mjs.map`,
      `${folder}/20240101_a.d.ts`,
      `${folder}/utils/helper.mjs`,
      'backend/src/db/migrations/20240103_c.ts',
      'backend/node_modules/x/db/migrations/other.js',
      'backend/dist/db/seeds/seed.mjs',
      'other-db/migrations/none.js',
    ]
    expect(await read(layer(...paths))).toEqual(['20240101_a', '20240102_b', '20240103_c'])
  })

  it.each([
    ['none', (bytes: Uint8Array) => bytes],
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('are read from layers with compression: %s', async (_, pack) => {
    const layers = [
      layer(`${folder}/a.mjs`, ...Array.from({ length: 300 }, (__, n) => `etc/${n}`)),
      layer('./b/db/migrations/b.js'),
    ]
    expect(await read(...layers.map(bytes => pack(bytes)))).toEqual(['a', 'b'])
  })

  it.each([
    ['a file', [`${folder}/.wh.a.mjs`], ['b']],
    ['their folder', ['backend/dist/db/.wh.migrations'], undefined],
    ['a folder above', ['.wh.backend'], undefined],
    ['all that was in their folder', [`${folder}/.wh..wh..opq`], undefined],
    ['all that was in a folder above', ['backend/.wh..wh..opq'], undefined],
    ['all that was there', ['.wh..wh..opq'], undefined],
    ['all, by a file in the place of their folder', [folder], undefined],
    ['what was there, and not what the same layer has', [`${folder}/c.mjs`, `${folder}/.wh..wh..opq`], ['c']],
    ['nothing: another folder of nearly that name', ['backend/dist/db/.wh.migration'], ['a', 'b']],
    ['nothing: the same file again', [`${folder}/a.mjs`], ['a', 'b']],
  ])('are fewer where a later layer takes away %s', async (_, paths, left) => {
    expect(await read(layer(`${folder}/a.mjs`, `${folder}/b.mjs`), layer(...paths))).toEqual(left)
  })

  it('are not known of an image that has none, or is not there', async () => {
    expect(await read(layer('etc/passwd'))).toBeUndefined()
    expect(await imageMigrations(bundleOf(layer(`${folder}/a.mjs`)), 'other')).toBeUndefined()
    const { file } = sampleBundle()
    expect(await imageMigrations(await openBundle(memorySource(file)), sampleImages.plain)).toBeUndefined()
  })

  it('are known in part where a layer is not in the file, as in a delta', async () => {
    const bundle = bundleOf(layer('etc/passwd'), layer(`${folder}/a.mjs`))
    const [base, own] = [...(bundle.images[0]?.platforms.values() ?? [])][0]?.layers ?? []
    const without = (absent: typeof base) => ({
      ...bundle,
      has: ({ digest }: { digest: Digest }) => digest !== absent?.digest,
    })
    expect(await imageMigrations(bundle, name)).toEqual({ names: ['a'], whole: true })
    expect(await imageMigrations(without(base), name)).toEqual({ names: ['a'], whole: false })
    expect(await imageMigrations(without(own), name)).toBeUndefined()
  })

  it.each([
    ['no archive', Buffer.from('not an archive at all'.repeat(100))],
    ['empty', Buffer.of()],
    ['cut short', gzipSync(layer(`${folder}/a.mjs`)).subarray(0, 60)],
  ])('are not known where a layer is %s', async (_, broken) => {
    expect(await read(layer(`${folder}/a.mjs`), broken)).toBeUndefined()
  })

  it('are not known where there are more than a server can have', async () => {
    const many = Array.from({ length: 20_001 }, (_, n) => `db/migrations/${n}.js`)
    expect(await read(gzipSync(layer(...many)))).toBeUndefined()
  })

  it('are not looked for deeper than a server has folders', async () => {
    const below = (depth: number) => `${'a/'.repeat(depth)}db/migrations/x${depth}.js`
    expect(await read(layer(below(5), below(29), below(30)))).toEqual(['x29', 'x5'])
  })

  it('are never taken from damaged bytes', async () => {
    const damaged = new SealiftError('BUNDLE_DAMAGED', 'a blob does not match its digest')
    const bundle = bundleOf(layer(`${folder}/a.mjs`))
    const stream = async function* (digest: Digest) {
      yield* bundle.stream(digest)
      throw damaged
    }
    await expect(imageMigrations({ ...bundle, stream }, name)).rejects.toBe(damaged)
    const packed = bundleOf(gzipSync(layer(`${folder}/a.mjs`)))
    const other = async function* (digest: Digest) {
      yield* packed.stream(digest)
      throw damaged
    }
    await expect(imageMigrations({ ...packed, stream: other }, name)).rejects.toBe(damaged)
  })
})
