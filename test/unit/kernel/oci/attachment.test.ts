import { describe, expect, test } from 'vitest'
import {
  type AttachmentKind,
  attachmentTypes,
  attestedBy,
  type Descriptor,
  digestOf,
  type Manifest,
  mediaTypes,
  saysSbom,
} from '../../../../src/kernel/oci/index.ts'

const descriptor = (mediaType: string, annotations?: Record<string, string>): Descriptor => ({
  mediaType,
  digest: digestOf(mediaType),
  size: 1,
  ...(annotations ? { annotations } : {}),
})
const manifest = (layers: Descriptor[], more: Partial<Manifest> = {}): Manifest => ({
  schemaVersion: 2,
  config: descriptor('application/vnd.oci.image.config.v1+json'),
  layers,
  ...more,
})
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const bundle = (content: string, predicateType?: string) =>
  manifest([descriptor(bundleType)], {
    artifactType: bundleType,
    annotations: {
      'dev.sigstore.bundle.content': content,
      ...(predicateType ? { 'dev.sigstore.bundle.predicateType': predicateType } : {}),
    },
  })

const kinds: readonly (readonly [string, Manifest, AttachmentKind])[] = [
  [
    'cosign signature',
    manifest([descriptor('application/vnd.dev.cosign.simplesigning.v1+json')]),
    'signature',
  ],
  [
    'notation signature',
    manifest([descriptor('application/jose+json')], {
      artifactType: 'application/vnd.cncf.notary.signature',
    }),
    'signature',
  ],
  ['sigstore bundle of a signature', bundle('message-signature'), 'signature'],
  [
    'sigstore bundle that signs by a statement',
    bundle('dsse-envelope', 'https://sigstore.dev/cosign/sign/v1'),
    'signature',
  ],
  [
    'sigstore bundle of a statement',
    bundle('dsse-envelope', 'https://slsa.dev/provenance/v1'),
    'attestation',
  ],
  ['cosign attestation', manifest([descriptor('application/vnd.dsse.envelope.v1+json')]), 'attestation'],
  ['buildkit attestation', manifest([descriptor('application/vnd.in-toto+json')]), 'attestation'],
  ['cosign SPDX', manifest([descriptor('text/spdx+json')]), 'sbom'],
  ['SPDX as tag-value', manifest([descriptor('text/spdx')]), 'sbom'],
  ['CycloneDX', manifest([descriptor('application/vnd.cyclonedx+json')]), 'sbom'],
  [
    'SBOM by the type of its artifact alone',
    manifest([descriptor('application/vnd.oci.image.layer.v1.tar')], {
      artifactType: 'application/spdx+json',
    }),
    'sbom',
  ],
  ['anything else', manifest([descriptor('text/plain')], { artifactType: 'application/x.readme' }), 'other'],
]

test.each(kinds)('%s', (_, given, kind) => {
  expect(attachmentTypes(given).kind).toBe(kind)
})

describe('what it says', () => {
  test('predicate types are told once each, sorted; what is no address is not repeated', () => {
    const layer = (key: string, type: string) => descriptor('application/vnd.in-toto+json', { [key]: type })
    const types = attachmentTypes(
      manifest([
        layer('in-toto.io/predicate-type', 'https://spdx.dev/Document'),
        layer('predicateType', 'https://cyclonedx.org/bom'),
        layer('predicateType', 'https://cyclonedx.org/bom'),
        layer('predicateType', 'two words\u001b[2J'),
        layer('predicateType', 'x'.repeat(201)),
      ]),
    )
    expect(types).toEqual({
      kind: 'attestation',
      predicateTypes: ['https://cyclonedx.org/bom', 'https://spdx.dev/Document'],
    })
    expect(saysSbom(types)).toBe(true)
  })

  test('a statement about something else is no SBOM', () => {
    expect(saysSbom({ kind: 'attestation', predicateTypes: ['https://slsa.dev/provenance/v1'] })).toBe(false)
  })
})

describe('entries of an index', () => {
  const subject = digestOf('image')
  const entry = (annotations: Record<string, string>, os = 'unknown'): Descriptor => ({
    ...descriptor(mediaTypes.ociManifest, annotations),
    platform: { os, architecture: 'unknown' },
  })
  const notes = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': subject,
  }

  test('buildkit says whose attestation it is', () => {
    expect(attestedBy(entry(notes))).toBe(subject)
  })

  test.each([
    ['one with a platform, which is an image', entry(notes, 'linux')],
    ['one of another type', entry({ ...notes, 'vnd.docker.reference.type': 'x' })],
    ['one of nothing', entry({ ...notes, 'vnd.docker.reference.digest': 'sha256:../x' })],
    ['one without annotations', descriptor(mediaTypes.ociManifest)],
  ])('%s is none', (_, given) => {
    expect(attestedBy(given)).toBeUndefined()
  })
})
