import { bytes as inUnits, printable, SealiftError } from '../../kernel/errors/index.ts'
import {
  type AttachmentTypes,
  attachmentTypes,
  type Digest,
  isManifestType,
  type Manifest,
  parseManifest,
  parseReference,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { Registry } from '../../kernel/ports/index.ts'
import { atOnce } from './at-once.ts'
import { besideIt, type Candidate, inIndex } from './attachment-places.ts'
import type { PinnedImage } from './image-digests.ts'

/** Something attached to an image, by digest. Same shape as the lock's attachment. Sizes in bytes. */
export interface PinnedAttachment extends AttachmentTypes {
  /** The index or manifest that it is about. */
  readonly subject: Digest
  readonly manifest: Digest
  readonly size: number
  /** The tag it is found by, where cosign gave it one. */
  readonly tag?: string
  /** Config and layers. */
  readonly blobs: Readonly<Record<Digest, number>>
}

/** How to look, and who is told of what is left out, in one sentence each. */
export interface AttachmentOptions {
  readonly registry: Registry
  readonly signal?: AbortSignal
  onImage?(): void
  onLeftOut?(sentence: string): void
  /** Of an image nobody could say what is attached to it. */
  onUnknown?(image: PinnedImage, error: SealiftError): void
}

const most = 2
/** What is attached to one manifest, and what one attachment may weigh: more is left out, and said so. */
const mostPerSubject = 100
const mostBytes = 256 * 1024 * 1024

/**
 * Asks each image's registry for what is attached to the image and to its carried manifests: attestations that its
 * index lists (as buildkit writes them), referrers (OCI 1.1, or their fallback tag), and cosign's tags. Gives them by
 * image name, each list sorted. A registry that has none is as good as any, and one that fails ends nothing: its image
 * is left out of the answer, for what is attached is an extra.
 * @throws the signal's reason when aborted
 */
export async function findAttachments(
  images: readonly PinnedImage[],
  options: AttachmentOptions,
): Promise<Map<string, PinnedAttachment[]>> {
  const found = await atOnce(images, most, async image => {
    const attached = await attachedTo(image, options).catch((error: unknown) => {
      options.signal?.throwIfAborted()
      if (!(error instanceof SealiftError)) throw error
      options.onUnknown?.(image, error)
    })
    options.onImage?.()
    return attached === undefined ? [] : [[image.name, attached] as const]
  })
  return new Map(found.flat())
}

async function attachedTo(
  { name, digest, platforms }: PinnedImage,
  options: AttachmentOptions,
): Promise<PinnedAttachment[]> {
  const { registry, signal } = options
  const { registry: host, repository } = parseReference(name) as Reference
  const place: Reference = { registry: host, repository }
  const subjects = [...new Set([digest, ...Object.values(platforms).map(({ manifest }) => manifest)])].sort()
  const attested = await inIndex(place, digest, subjects, registry, signal)
  const others = await Promise.all(subjects.map(subject => besideIt(place, subject, options)))
  const pinned = new Map<string, PinnedAttachment>()
  for (const candidates of [attested, ...others]) {
    if (candidates.length > mostPerSubject)
      options.onLeftOut?.(
        `${name}: of ${candidates.length} attachments the first ${mostPerSubject} are carried`,
      )
    for (const candidate of candidates.slice(0, mostPerSubject)) {
      const key = `${candidate.subject} ${candidate.listed.digest}`
      if (pinned.has(key)) continue
      const attachment = await pin(place, candidate, options)
      if (typeof attachment === 'string')
        options.onLeftOut?.(`${name}: ${candidate.listed.digest} is left out: ${attachment}`)
      else pinned.set(key, attachment)
    }
  }
  return [...pinned].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, attachment]) => attachment)
}

/** The manifest, or why it is none. */
function readOrWhy(bytes: Uint8Array, digest: Digest): Manifest | string {
  try {
    return parseManifest(bytes, digest)
  } catch (error) {
    if (error instanceof SealiftError) return error.message
    throw error
  }
}

/** Reads an attachment's manifest; gives why it is left out where it cannot be carried. */
async function pin(
  place: Reference,
  { subject, listed, tag, refers }: Candidate,
  { registry, signal }: AttachmentOptions,
): Promise<PinnedAttachment | string> {
  const { digest, mediaType } = listed
  if (!isManifestType(mediaType)) return `it is no manifest, but ${printable(mediaType)}`
  const served = await registry.find({ ...place, digest }, subject, signal)
  if (served === undefined) return 'the registry names it, but does not have it'
  const manifest = readOrWhy(served.bytes, digest)
  if (typeof manifest === 'string') return manifest
  if (refers && manifest.subject?.digest !== subject) return 'it is attached to something else'
  const { config, layers } = manifest
  const blobs = Object.fromEntries([config, ...layers].map(({ digest, size }) => [digest, size]))
  const bytes = Object.values(blobs).reduce((sum, size) => sum + size, 0)
  if (bytes > mostBytes)
    return `it has ${inUnits(bytes)}, more than the ${inUnits(mostBytes)} that an attachment may have`
  const { size } = served.descriptor
  return { subject, manifest: digest, size, ...(tag ? { tag } : {}), ...attachmentTypes(manifest), blobs }
}
