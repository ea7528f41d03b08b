import { expect, test } from 'vitest'
import {
  canonicalJson,
  digestOf,
  mediaTypes,
  parseIndex,
  parseJson,
  parseManifest,
  parseReferrers,
  platformText,
} from '../../../../src/kernel/oci/index.ts'

const blob = { mediaType: 'application/octet-stream', digest: digestOf('x'), size: 1 }
const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: blob, layers: [blob] }
const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [blob] }
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

test('manifests and indexes are read, unknown fields left out', () => {
  expect(parseManifest(json({ ...manifest, extra: blob }), 'it')).toEqual(manifest)
  expect(parseManifest(json({ ...manifest, subject: blob }), 'it').subject).toEqual(blob)
  expect(parseManifest(json({ ...manifest, mediaType: mediaTypes.dockerManifest }), 'it').layers).toEqual([
    blob,
  ])
  expect(parseIndex(json(index), 'it')).toEqual(index)
  const platform = { os: 'linux', architecture: 'arm64', variant: 'v8', 'os.version': '1' }
  const { manifests } = parseIndex(json({ ...index, manifests: [{ ...blob, platform }] }), 'it')
  expect(manifests[0]?.platform).toEqual({ os: 'linux', architecture: 'arm64', variant: 'v8' })
})

test.each([
  ['both a manifest and an index', { ...manifest, manifests: [blob] }],
  ['an index', index],
  ["an index's media type", { ...manifest, mediaType: mediaTypes.ociIndex }],
  ['schema 1', { ...manifest, schemaVersion: 1 }],
  ['no layers', { ...manifest, layers: undefined }],
  ['a digest of another kind', { ...manifest, config: { ...blob, digest: `sha512:${'a'.repeat(128)}` } }],
  ['a digest in capitals', { ...manifest, config: { ...blob, digest: blob.digest.toUpperCase() } }],
  ['a negative size', { ...manifest, layers: [{ ...blob, size: -1 }] }],
  ['a size that is no number', { ...manifest, layers: [{ ...blob, size: '1' }] }],
  ['a broken size', { ...manifest, layers: [{ ...blob, size: 2 ** 60 }] }],
  ['annotations that are no text', { ...manifest, annotations: { a: 1 } }],
  ['a list', [manifest]],
  ['null', null],
])('%s is no manifest', (_, value) => {
  expect(() => parseManifest(json(value), 'blob\u202e x')).toThrow(
    expect.objectContaining({
      code: 'CONTENT_MISMATCH',
      message: expect.stringMatching(/^blob\\u\{202e\} x is no image manifest/),
    }),
  )
})

test('what is null or empty is absent', () => {
  const bare = { ...blob, artifactType: null, annotations: null, platform: null }
  const empty = { mediaType: '', artifactType: '', subject: null, annotations: null }
  const { mediaType: _, ...untyped } = manifest
  expect(parseManifest(json({ ...manifest, ...empty, config: bare, layers: [bare] }), 'it')).toEqual(untyped)
  expect(parseManifest(json({ ...manifest, layers: null }), 'it').layers).toEqual([])
  expect(parseIndex(json({ ...index, annotations: null, manifests: [bare] }), 'it')).toEqual(index)
  expect(parseIndex(json({ ...index, manifests: null }), 'it').manifests).toEqual([])
})

test.each([
  {},
  { os: 'linux' },
  { os: '', architecture: '' },
  // Platforms are printed and compared.
  { os: 'linux\u001b[2J', architecture: 'amd64' },
  { os: 'linux', architecture: '\u202e46dma' },
  { os: 'linux', architecture: 'arm64', variant: 'v8\n' },
])('a platform of no use, %j, is none, and no fault of the other entries', platform => {
  const good = { ...blob, platform: { os: 'linux', architecture: 'amd64', variant: '' } }
  const { manifests } = parseIndex(json({ ...index, manifests: [{ ...blob, platform }, good] }), 'it')
  expect(manifests).toEqual([blob, good])
})

test.each(['linux/amd64', { os: 5 }, ['linux']])('a platform of another type, %j, is refused', platform => {
  expect(() => parseIndex(json({ ...index, manifests: [{ ...blob, platform }] }), 'it')).toThrow(/platform/)
})

test.each([
  ['a null field of a manifest', { ...index, layers: null }],
  ['a manifest', manifest],
  ['both', { ...index, layers: [] }],
  ['a manifest without media type', { ...manifest, mediaType: undefined, manifests: [blob] }],
])('%s is no index', (_, value) => {
  expect(() => parseIndex(json(value), 'it')).toThrow(/it is no image index/)
})

test.each([
  ['Layers', { ...manifest, Layers: [] }],
  ['CONFIG', { ...manifest, CONFIG: blob }],
  ['MediaType', { ...manifest, config: { ...blob, MediaType: 'text/plain' } }],
  ['Digest', { ...manifest, layers: [blob, { ...blob, Digest: blob.digest }] }],
  ['\u017fize', { ...manifest, layers: [{ ...blob, '\u017fize': 2 }] }],
])('a field %s, which others take for one of theirs, is refused', (name, value) => {
  expect(() => parseManifest(json(value), 'it')).toThrow(
    expect.objectContaining({
      code: 'CONTENT_MISMATCH',
      message: expect.stringContaining(`it has the field ${name}, which others read as `),
    }),
  )
})

test('so is one in an index, and not what is noted under such a name', () => {
  const platform = { os: 'linux', architecture: 'amd64', OS: 'windows' }
  expect(() => parseIndex(json({ ...index, manifests: [{ ...blob, platform }] }), 'it')).toThrow(/read as os/)
  const annotations = { Layers: 'many', Size: 'large' }
  expect(parseIndex(json({ ...index, annotations }), 'it').annotations).toEqual(annotations)
})

test('a field that is there twice is refused, and a colon in a text is none', () => {
  const twice = JSON.stringify(manifest).replace('{', '{"layers":[],')
  expect(() => parseManifest(Buffer.from(twice), 'it')).toThrow(/a field is there twice/)
  const annotations = { 'a:b': '{"c":"d"}', 'e\\"': ':' }
  expect(parseManifest(json({ ...manifest, annotations }), 'it').annotations).toEqual(annotations)
})

test('every fault is listed', () => {
  const faulty = {
    ...manifest,
    schemaVersion: 1,
    config: { ...blob, size: -1 },
    layers: [{ ...blob, digest: 'x' }],
  }
  expect(() => parseManifest(json(faulty), 'it')).toThrow(
    expect.objectContaining({
      faults: [/schemaVersion/, /config\.size/, /layers\.0\.digest/].map(one => expect.stringMatching(one)),
    }),
  )
})

test('JSON from outside is bounded in size and depth, and is UTF-8', () => {
  expect(() => parseJson(Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`), 1000)).toThrow(/deeper than 64/)
  expect(parseJson(Buffer.from(`"${'['.repeat(65)}\\""`), 1000)).toBe(`${'['.repeat(65)}"`)
  expect(parseJson(Buffer.from(`[${'[],'.repeat(99)}[]]`), 1000)).toHaveLength(100)
  expect(() => parseJson(Buffer.from('[1,2]'), 4)).toThrow(/larger than 4 B/)
  expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 10)).toThrow(/not valid JSON/)
  expect(() => parseJson(Buffer.from('{'), 10)).toThrow(/not valid JSON/)
})

test('canonical JSON has one text for one value', () => {
  const one = { b: [{ d: 1, c: undefined, a: 'ü' }], a: true }
  expect(canonicalJson(one)).toBe('{"a":true,"b":[{"a":"ü","d":1}]}')
  expect(canonicalJson({ a: true, b: [{ a: 'ü', d: 1 }] })).toBe(canonicalJson(one))
})

test('platforms are written as specs have them', () => {
  expect(platformText({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe('linux/arm64')
  expect(platformText({ os: 'linux', architecture: 'arm', variant: 'v7' })).toBe('linux/arm/v7')
  expect(platformText({ os: 'linux', architecture: 'amd64', variant: '' })).toBe('linux/amd64')
})

test('JSON of more values than a schema can be held to is refused before it is', () => {
  const many = Object.fromEntries(Array.from({ length: 120_000 }, (_, i) => [i, 1]))
  expect(() => parseManifest(json({ ...manifest, annotations: many }), 'it')).toThrow(
    expect.objectContaining({
      code: 'CONTENT_MISMATCH',
      message: expect.stringContaining('more than 100000 values'),
    }),
  )
  expect(parseJson(json('0,'.repeat(200_000)), 1_000_000)).toHaveLength(400_000)
})

test('of many faults the first fifty are told', () => {
  const layers = Array(900).fill({ ...blob, size: -1 })
  expect(() => parseManifest(json({ ...manifest, layers }), 'it')).toThrow(
    expect.objectContaining({ faults: expect.objectContaining({ length: 50 }) }),
  )
})

test('a list of referrers is read entry by entry, and entries that name nothing are told', () => {
  const told: string[] = []
  const odd = { ...blob, artifactType: 5, annotations: [], platform: 'x' }
  const manifests = [blob, odd, null, 'x', { ...blob, digest: 'x' }, { ...blob, size: undefined }]
  expect(parseReferrers(json({ manifests }), 'it', fault => told.push(fault))).toEqual([blob, blob])
  expect(told.map(fault => fault.split(': ')[1])).toEqual([
    'manifests.2.mediaType',
    'manifests.3.mediaType',
    'manifests.4.digest',
    'manifests.5.size',
  ])
  expect(parseReferrers(json({ manifests: null }), 'it')).toEqual([])
  for (const none of [null, [], {}, { manifests: {} }])
    expect(() => parseReferrers(json(none), 'it')).toThrow(/^it is no list of referrers: /)
})
