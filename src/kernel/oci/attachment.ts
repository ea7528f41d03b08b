import type { Descriptor, Manifest } from './descriptor.ts'
import { type Digest, isDigest } from './digest.ts'
import { annotations } from './media-types.ts'

/** What people attach to images. */
export const attachmentKinds = ['signature', 'attestation', 'sbom', 'other'] as const
/** `attestation` is a statement in in-toto's form, whatever it says; `sbom` a document that stands by itself. */
export type AttachmentKind = (typeof attachmentKinds)[number]

/** What an attachment's manifest says of itself. */
export interface AttachmentTypes {
  readonly kind: AttachmentKind
  readonly artifactType?: string
  /** What its statements are about (`https://spdx.dev/Document`), sorted; absent where nothing is said. */
  readonly predicateTypes?: readonly string[]
}

const sbomMedia = /[./]spdx\b|cyclonedx/
const sbomPredicate = /^https:\/\/(?:spdx\.dev\/Document|cyclonedx\.org\/)/
const statementMedia = /in-toto|dsse|dev\.sigstore\.bundle/
const signatureMedia = /vnd\.dev\.cosign\.simplesigning|vnd\.cncf\.notary\.signature/
const signaturePredicate = 'https://sigstore.dev/cosign/sign/v1'
// Where buildkit, cosign (layer) and cosign's bundles (manifest) write the predicate's type.
const predicateKeys = ['in-toto.io/predicate-type', 'predicateType', 'dev.sigstore.bundle.predicateType']
const mostPredicates = 20

/** Whether a media type is that of an SPDX or CycloneDX document. */
export function isSbomMedia(mediaType: string): boolean {
  return sbomMedia.test(mediaType)
}

/** Whether a media type is that of an in-toto statement: plain, in a DSSE envelope, or in a Sigstore bundle. */
export function isStatementMedia(mediaType: string): boolean {
  return statementMedia.test(mediaType)
}

/** Whether a predicate type (in-toto) is that of an SBOM, of whatever version. */
export function isSbomPredicate(type: string): boolean {
  return sbomPredicate.test(type)
}

/**
 * What an attachment is, from its manifest alone. Sources: cosign's specs/ and Sigstore's bundle format, Notary's
 * signature specification, buildkit's docs/attestations, the IANA media types of SPDX and CycloneDX.
 */
export function attachmentTypes({
  artifactType,
  config,
  layers,
  annotations: own,
}: Manifest): AttachmentTypes {
  const notes = [own, ...layers.map(layer => layer.annotations)]
  const said = notes.flatMap(note => predicateKeys.map(key => note?.[key])).filter(isWord)
  const predicateTypes = [...new Set(said)].sort().slice(0, mostPredicates)
  return {
    kind: kindOf(
      [artifactType ?? '', config.mediaType, ...layers.map(({ mediaType }) => mediaType)],
      predicateTypes.includes(signaturePredicate) ||
        own?.['dev.sigstore.bundle.content'] === 'message-signature',
    ),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(predicateTypes.length > 0 ? { predicateTypes } : {}),
  }
}

function kindOf(types: readonly string[], signs: boolean): AttachmentKind {
  if (signs || types.some(type => signatureMedia.test(type))) return 'signature'
  if (types.some(isStatementMedia)) return 'attestation'
  return types.some(isSbomMedia) ? 'sbom' : 'other'
}

/** Whether an attachment says that it holds an SBOM. One that says nothing of what it states may hold one still. */
export function saysSbom({
  kind,
  predicateTypes = [],
}: {
  readonly kind: AttachmentKind
  readonly predicateTypes?: readonly string[] | undefined
}): boolean {
  return kind === 'sbom' || predicateTypes.some(isSbomPredicate)
}

// A web address as in-toto's type names are: it goes into a lock that people read.
function isWord(text: string | undefined): text is string {
  return text !== undefined && /^[\x21-\x7e]{1,200}$/.test(text)
}

/**
 * The manifest that an entry of an image index is an attestation of, where it is one in buildkit's form
 * (docs/attestations/attestation-storage.md); `undefined` for every other entry.
 */
export function attestedBy({ platform, annotations: notes }: Descriptor): Digest | undefined {
  // With a real platform it would be an image, to whoever picks one by platform.
  if (platform?.os !== 'unknown' || notes?.[annotations.referenceType] !== 'attestation-manifest')
    return undefined
  const subject = notes[annotations.referenceDigest]
  return isDigest(subject) ? subject : undefined
}
