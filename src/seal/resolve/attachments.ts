import { bytes as inUnits, printable, SealiftError } from '../../kernel/errors/index.ts'
import {
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
import {
  type Attested,
  keyOf,
  knownBeside,
  type PinnedAttachment,
  remembered,
  sameIndex,
  subjectsOf,
} from './attached.ts'
import { besideIt, type Candidate, inIndex } from './attachment-places.ts'
import type { PinnedImage } from './image-digests.ts'

/** How to look, and who is told of what is left out, in one sentence each. */
export interface AttachmentOptions {
  readonly registry: Registry
  /** By image name what is known from before: of that nothing is read, it is only asked whether it is still there. */
  readonly before?: ReadonlyMap<string, Attested>
  readonly signal?: AbortSignal
  /** Told of each image, with what was found unless nobody could say. */
  onImage?(image: PinnedImage, found: readonly PinnedAttachment[] | undefined): void
  onLeftOut?(sentence: string): void
  /** Of an image nobody could say what is attached to it. */
  onUnknown?(image: PinnedImage, error: SealiftError): void
}

const most = 4
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
    options.onImage?.(image, attached ?? undefined)
    return attached === undefined ? [] : [[image.name, attached] as const]
  })
  return new Map(found.flat())
}

async function attachedTo(image: PinnedImage, options: AttachmentOptions): Promise<PinnedAttachment[]> {
  const { registry, signal } = options
  const { name, digest } = image
  const { registry: host, repository } = parseReference(name) as Reference
  const place: Reference = { registry: host, repository }
  const subjects = subjectsOf(image)
  const before = options.before?.get(name)
  const known = new Map((before?.attachments ?? []).map(one => [keyOf(one.subject, one.manifest), one]))
  const others = await Promise.all(
    subjects.map(subject => besideIt(place, subject, knownBeside(before, subject), options)),
  )
  const all =
    before !== undefined && sameIndex(before, image)
      ? [...others, remembered(before, subjects)]
      : [await inIndex(place, digest, subjects, registry, signal), ...others]
  const pinned = new Map<string, PinnedAttachment>()
  for (const candidates of all) {
    if (candidates.length > mostPerSubject)
      options.onLeftOut?.(
        `${name}: of ${candidates.length} attachments the first ${mostPerSubject} are carried`,
      )
    for (const candidate of candidates.slice(0, mostPerSubject)) {
      const key = keyOf(candidate.subject, candidate.digest)
      const found = pinned.get(key)
      if (found !== undefined && candidate.list !== undefined)
        pinned.set(key, { ...found, list: candidate.list })
      if (found !== undefined) continue
      const attachment = await pin(place, candidate, known.get(key), options)
      if (typeof attachment !== 'string') pinned.set(key, attachment)
      else if (!candidate.remembered)
        options.onLeftOut?.(`${name}: ${candidate.digest} is left out: ${attachment}`)
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

/** Reads an attachment's manifest, unless it is known; gives why it is left out where it cannot be carried. */
async function pin(
  place: Reference,
  { subject, digest, mediaType, tag, list, refers, seen }: Candidate,
  known: PinnedAttachment | undefined,
  { registry, signal }: AttachmentOptions,
): Promise<PinnedAttachment | string> {
  if (mediaType !== undefined && !isManifestType(mediaType))
    return `it is no manifest, but ${printable(mediaType)}`
  const foundBy = { ...(tag ? { tag } : {}), ...(list ? { list } : {}) }
  const gone = 'the registry names it, but does not have it'
  if (known !== undefined) {
    const said = seen ? digest : await registry.digest({ ...place, digest }, { beside: subject, signal })
    if (said === 'absent') return gone
    const { tag: _, list: __, ...rest } = known
    if (said === digest) return { ...rest, ...foundBy }
  }
  const served = await registry.find({ ...place, digest }, subject, signal)
  if (served === undefined) return gone
  const manifest = readOrWhy(served.bytes, digest)
  if (typeof manifest === 'string') return manifest
  const about = manifest.subject?.digest ?? (refers ? undefined : subject)
  if (about !== subject) return 'it is attached to something else'
  const { config, layers } = manifest
  const blobs = Object.fromEntries([config, ...layers].map(({ digest, size }) => [digest, size]))
  const bytes = Object.values(blobs).reduce((sum, size) => sum + size, 0)
  if (bytes > mostBytes)
    return `it has ${inUnits(bytes)}, more than the ${inUnits(mostBytes)} that an attachment may have`
  const { size } = served.descriptor
  return { subject, manifest: digest, size, ...foundBy, ...attachmentTypes(manifest), blobs }
}
