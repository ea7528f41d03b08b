import {
  annotations,
  attachmentTypes,
  type Descriptor,
  type Digest,
  isDigest,
  manifestLimit,
  parseManifest,
} from '../../kernel/oci/index.ts'
import type { CarriedAttachment, CarriedImage } from './carried-image.ts'
import { malformed } from './fault.ts'
import type { Reading } from './reading.ts'

/** Reads what an index names as an attestation of `subject`; faults are reported. */
export async function readAttestation(
  descriptor: Descriptor,
  subject: Digest,
  owner: string,
  reading: Reading,
): Promise<CarriedAttachment | undefined> {
  const bytes = await reading.document(descriptor, owner, manifestLimit)
  const manifest = bytes && reading.parsed(owner, () => parseManifest(bytes, descriptor.digest))
  if (manifest === undefined) return undefined
  const { config, layers } = manifest
  reading.claim(config, owner, 'head')
  for (const layer of layers) reading.claim(layer, owner, 'body')
  const refers = manifest.subject?.digest ?? subject
  if (refers !== subject)
    reading.report(malformed(owner, `${descriptor.digest} is attached to ${refers}, not to ${subject}`))
  return { ...attachmentTypes(manifest), subject, descriptor, config, layers }
}

/** Whether an entry of index.json is an attachment. */
export function isAttachment({ annotations: notes }: Descriptor): boolean {
  return notes?.[annotations.attachmentSubject] !== undefined
}

/** Reads an attachment from its entry in index.json, all images being known; faults are reported. */
export async function readAttachment(
  entry: Descriptor,
  images: readonly CarriedImage[],
  reading: Reading,
): Promise<CarriedAttachment | undefined> {
  const subject = entry.annotations?.[annotations.attachmentSubject]
  const kind = entry.annotations?.[annotations.attachmentKind] ?? ''
  const image = images.find(one => isDigest(subject) && partsOf(one).includes(subject))
  const owner = `attachment of ${image ? `image ${image.name}` : subject}`
  const attachment = isDigest(subject) ? await readAttestation(entry, subject, owner, reading) : undefined
  if (image === undefined) reading.report(malformed(owner, 'is about no image of the bundle'))
  if (attachment !== undefined && attachment.kind !== kind)
    reading.report(malformed(owner, `${entry.digest} is said to be ${kind}, but is ${attachment.kind}`))
  return attachment
}

/** The digests that something may be attached to: an image's own, and its manifests'. */
function partsOf({ descriptor, platforms }: CarriedImage): Digest[] {
  return [descriptor.digest, ...[...platforms.values()].map(manifest => manifest.descriptor.digest)]
}
