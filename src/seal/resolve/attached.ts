import type { AttachmentTypes, Digest } from '../../kernel/oci/index.ts'
import type { Candidate, KnownBeside } from './attachment-places.ts'
import type { Pin, PinnedImage } from './image-digests.ts'

/** Something attached to an image, by digest. Same shape as the lock's attachment. Sizes in bytes. */
export interface PinnedAttachment extends AttachmentTypes {
  /** The index or manifest that it is about. */
  readonly subject: Digest
  readonly manifest: Digest
  readonly size: number
  /** The tag it is found by, where cosign gave it one. */
  readonly tag?: string
  /** The list that names it, where its registry keeps that under a tag. */
  readonly list?: Digest
  /** Config and layers. */
  readonly blobs: Readonly<Record<Digest, number>>
}

/** An image with all that was found attached to it before. */
export interface Attested extends Pin {
  readonly attachments: readonly PinnedAttachment[]
}

/** Names an attachment. */
export const keyOf = (subject: Digest, attachment: Digest): string => `${subject} ${attachment}`

/** What is known from before of what is attached to one manifest. */
export function knownBeside(before: Attested | undefined, subject: Digest): KnownBeside {
  const own = before?.attachments.filter(attachment => attachment.subject === subject) ?? []
  return {
    has: digest => own.some(({ manifest }) => manifest === digest),
    inList: digest => own.filter(({ list }) => list === digest).map(({ manifest }) => manifest),
  }
}

/** The image itself and its carried manifests. */
export function subjectsOf({ digest, platforms }: Pin): Digest[] {
  return [...new Set([digest, ...Object.values(platforms).map(({ manifest }) => manifest)])].sort()
}

/** Whether an index names the same attestations as before: it is the same, and every platform was carried then. */
export function sameIndex(before: Attested, { digest, platforms }: PinnedImage): boolean {
  return (
    before.digest === digest &&
    Object.entries(platforms).every(([name, { manifest }]) => before.platforms[name]?.manifest === manifest)
  )
}

/**
 * What an index that is not read again may have named: all of before that neither a tag nor a list led to. Some of it may have been found
 * by its subject and have gone since; that it is still there is asked.
 */
export function remembered({ digest, attachments }: Attested, subjects: readonly Digest[]): Candidate[] {
  return attachments.flatMap(({ subject, manifest, tag, list }) =>
    tag === undefined && list === undefined && subject !== digest && subjects.includes(subject)
      ? { subject, digest: manifest, remembered: true as const }
      : [],
  )
}
