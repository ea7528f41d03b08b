/** What publishers attach to images, made by hand in the forms that buildkit, cosign and oras write. */
import { annotations, type Descriptor, type Digest, mediaTypes } from '../../src/kernel/oci/index.ts'

/** A small SPDX document. */
export const spdx = {
  spdxVersion: 'SPDX-2.3',
  name: 'app',
  packages: [
    { name: 'app', licenseConcluded: 'NOASSERTION', licenseDeclared: 'Apache-2.0' },
    { name: 'lib', licenseConcluded: 'MIT', licenseDeclared: 'NONE' },
    { name: 'data', licenseConcluded: 'NOASSERTION', licenseDeclared: 'NOASSERTION' },
  ],
}

/** A small CycloneDX document. */
export const cyclonedx = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [
    { name: 'app', licenses: [{ license: { id: 'MPL-2.0' } }], components: [{ name: 'inner' }] },
    { name: 'lib', licenses: [{ expression: 'MIT OR Apache-2.0' }, { license: { name: 'Own terms' } }] },
  ],
}

/** An in-toto statement (in-toto attestation, statement v0.1) about a manifest. */
export function statement(subject: Digest, predicateType: string, predicate: unknown): string {
  return JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [{ name: 'pkg:docker/app@1', digest: { sha256: subject.slice('sha256:'.length) } }],
    predicate,
  })
}

/** A DSSE envelope as cosign writes it. */
export function envelope(text: string): string {
  const payload = Buffer.from(text).toString('base64')
  return JSON.stringify({
    payloadType: 'application/vnd.in-toto+json',
    payload,
    signatures: [{ keyid: '', sig: 'c2ln' }],
  })
}

/** A file to attach. */
export interface Part {
  readonly content: string
  readonly mediaType: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** An attachment before it is stored: its layers, and what its manifest says beside them. */
export interface AttachmentShape {
  readonly layers: readonly Part[]
  readonly artifactType?: string
  /** Attached by itself (OCI 1.1), not by a tag or an index. */
  readonly subject?: Descriptor
}

/** The attestation manifest that buildkit makes for a manifest: an SBOM and its provenance, as plain statements. */
export function buildkitAttestation(subject: Digest): AttachmentShape {
  const part = (predicateType: string, predicate: unknown): Part => ({
    content: statement(subject, predicateType, predicate),
    mediaType: 'application/vnd.in-toto+json',
    annotations: { 'in-toto.io/predicate-type': predicateType },
  })
  return {
    layers: [
      part('https://spdx.dev/Document', spdx),
      part('https://slsa.dev/provenance/v0.2', { buildType: 'x' }),
    ],
  }
}

/** How an image index lists such a manifest. */
export function attestationEntry(manifest: Descriptor, subject: Digest): Descriptor {
  return {
    ...manifest,
    annotations: {
      [annotations.referenceDigest]: subject,
      [annotations.referenceType]: 'attestation-manifest',
    },
    platform: { os: 'unknown', architecture: 'unknown' },
  }
}

/** A signature in the form that cosign keeps under `sha256-….sig`. */
export function cosignSignature(subject: Digest): AttachmentShape {
  const payload = { critical: { identity: {}, image: { 'docker-manifest-digest': subject }, type: 'cosign' } }
  return {
    layers: [
      {
        content: JSON.stringify(payload),
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        annotations: { 'dev.cosignproject.cosign/signature': 'c2ln' },
      },
    ],
  }
}

/** An attestation in the form that cosign keeps under `sha256-….att`. */
export function cosignAttestation(subject: Digest): AttachmentShape {
  const predicateType = 'https://cyclonedx.org/bom'
  return {
    layers: [
      {
        content: envelope(statement(subject, predicateType, cyclonedx)),
        mediaType: 'application/vnd.dsse.envelope.v1+json',
        annotations: { predicateType },
      },
    ],
  }
}

/** An SBOM in the form that cosign keeps under `sha256-….sbom`. */
export function cosignSbom(): AttachmentShape {
  return { layers: [{ content: JSON.stringify(spdx), mediaType: 'text/spdx+json' }] }
}

/** The manifest of an attachment; `store` keeps each blob and gives its descriptor. */
export function attachmentManifest(
  { layers, artifactType, subject }: AttachmentShape,
  store: (content: string, mediaType: string) => Descriptor,
): object {
  const config =
    artifactType === undefined
      ? store('{"architecture":"unknown","os":"unknown"}', 'application/vnd.oci.image.config.v1+json')
      : store('{}', mediaTypes.ociEmpty)
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    ...(artifactType === undefined ? {} : { artifactType }),
    config,
    layers: layers.map(({ content, mediaType, annotations: notes }) => ({
      ...store(content, mediaType),
      ...(notes ? { annotations: notes } : {}),
    })),
    ...(subject === undefined ? {} : { subject }),
  }
}
