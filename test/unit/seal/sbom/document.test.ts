import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import { readSbom, sbomBytes } from '../../../../src/seal/sbom/index.ts'
import { cyclonedx, envelope, spdx, statement } from '../../../support/attachments.ts'

const inToto = 'application/vnd.in-toto+json'
const dsse = 'application/vnd.dsse.envelope.v1+json'
const subject = digestOf('image')
const read = (content: unknown, mediaType: string) =>
  readSbom(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)), mediaType)

const tagValue = [
  'SPDXVersion: SPDX-2.3',
  'PackageName: app',
  'PackageLicenseConcluded: MIT',
  'PackageName: lib\r',
  'PackageLicenseDeclared: NOASSERTION',
  'PackageLicenseDeclared: BSD-3-Clause\r',
].join('\n')

describe('documents', () => {
  test('SPDX: packages, and the concluded licence of each, or else the declared one', () => {
    expect(read(spdx, 'application/spdx+json')).toMatchObject({
      format: 'SPDX 2.3',
      extension: 'spdx.json',
      packages: 3,
      licences: ['Apache-2.0', 'MIT'],
    })
  })

  test('CycloneDX: components at every depth, ids, names and expressions', () => {
    expect(read(cyclonedx, 'application/vnd.cyclonedx+json')).toMatchObject({
      format: 'CycloneDX 1.6',
      extension: 'cdx.json',
      packages: 3,
      licences: ['MIT OR Apache-2.0', 'MPL-2.0', 'Own terms'],
    })
  })

  test('SPDX as tag-value', () => {
    expect(read(tagValue, 'text/spdx')).toMatchObject({
      format: 'SPDX 2.3',
      extension: 'spdx',
      packages: 2,
      licences: ['BSD-3-Clause', 'MIT'],
    })
  })

  test('CycloneDX as XML is carried, not looked into', () => {
    const document = read('<?xml version="1.0"?><bom/>', 'application/vnd.cyclonedx+xml')
    expect(document).toMatchObject({ format: 'CycloneDX XML', extension: 'cdx.xml', licences: [] })
    expect(document?.packages).toBeUndefined()
  })

  test('a document by itself is kept byte for byte', () => {
    const text = `${JSON.stringify(spdx, null, 4)}\n`
    expect(Buffer.from(read(text, 'text/spdx+json')?.bytes ?? []).toString()).toBe(text)
  })
})

describe('statements', () => {
  const plain = statement(subject, 'https://spdx.dev/Document', spdx)
  const forms: readonly (readonly [string, unknown, string])[] = [
    ['plain, as buildkit writes it', plain, inToto],
    ['in a DSSE envelope, as cosign does', envelope(plain), dsse],
    [
      'in a Sigstore bundle',
      { mediaType: 'x', dsseEnvelope: JSON.parse(envelope(plain)) },
      'application/vnd.dev.sigstore.bundle.v0.3+json',
    ],
    [
      'with the document as a text in it',
      envelope(statement(subject, 'https://spdx.dev/Document', JSON.stringify(spdx))),
      dsse,
    ],
    [
      'with the document in a field, as cosign once did',
      envelope(statement(subject, 'https://spdx.dev/Document/v2.3', { Data: spdx, Timestamp: 'x' })),
      dsse,
    ],
  ]
  test.each(forms)('%s', (_, content, mediaType) => {
    const document = read(content, mediaType)
    expect(document).toMatchObject({ format: 'SPDX 2.3', packages: 3, about: [subject] })
    expect(JSON.parse(Buffer.from(document?.bytes ?? []).toString())).toEqual(spdx)
  })

  test('one about something else is no SBOM', () => {
    expect(read(statement(subject, 'https://slsa.dev/provenance/v1', {}), inToto)).toBeUndefined()
    expect(read('{}', inToto)).toBeUndefined()
  })
})

test('a media type of something else is no SBOM', () => {
  expect(read(spdx, 'application/json')).toBeUndefined()
})

test.each([
  ['no JSON', '{', 'text/spdx+json', /not valid JSON/],
  ['JSON that is neither', '{"packages":[]}', 'text/spdx+json', /neither SPDX 2 nor CycloneDX/],
  [
    'a version that is a path',
    '{"spdxVersion":"SPDX-../..","packages":[]}',
    'text/spdx+json',
    /neither SPDX 2/,
  ],
  ['text that is neither', 'hello', 'text/spdx', /neither SPDX 2 nor CycloneDX/],
  [
    'brackets without end',
    `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
    'text/spdx+json',
    /deeper than 64 levels/,
  ],
  ['a number', '1', inToto, /not a JSON object/],
  ['an envelope without payload', '{"payloadType":"x"}', dsse, /without a payload/],
  ['an envelope of rubbish', '{"payloadType":"x","payload":"!!!"}', dsse, /not valid JSON/],
  [
    'a predicate that is nothing',
    statement(subject, 'https://spdx.dev/Document', null),
    inToto,
    /neither SPDX 2 nor CycloneDX/,
  ],
])('%s cannot be read', (_, content, mediaType, words) => {
  expect(() => read(content, mediaType)).toThrow(words)
})

test('fields of the wrong kind are passed over', () => {
  const odd = { spdxVersion: 'SPDX-2.2', packages: [null, 1, { licenseConcluded: 7 }, {}] }
  expect(read(odd, 'text/spdx+json')).toMatchObject({ packages: 2, licences: [] })
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.4',
    components: [{ licenses: [{ license: 3 }, null] }],
  }
  expect(read(bom, 'application/vnd.cyclonedx+json')).toMatchObject({ packages: 1, licences: [] })
})

test('licences are bounded in number and in length', () => {
  const packages = Array.from({ length: 3000 }, (_, i) => ({ licenseConcluded: `L${i}-${'x'.repeat(1000)}` }))
  const { licences = [] } = read({ spdxVersion: 'SPDX-2.3', packages }, 'text/spdx+json') ?? {}
  expect(licences).toHaveLength(1000)
  expect(Math.max(...licences.map(({ length }) => length))).toBe(300)
})

test('more than 64 MiB is not read', () => {
  expect(() => readSbom(new Uint8Array(sbomBytes + 1), 'text/spdx+json')).toThrow(/larger than/)
  expect(() => readSbom(new Uint8Array(sbomBytes + 1), inToto)).toThrow(/larger than/)
})
