import { maxIndexDepth } from '../../bundle/layout/index.ts'
import {
  attestedBy,
  type Descriptor,
  type Digest,
  hexOf,
  isIndexType,
  parseIndex,
  parseReferrers,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { Registry } from '../../kernel/ports/index.ts'

// cosign's specs/SIGNATURE_SPEC.md, "Tag-based Discovery".
const cosignTags = ['sig', 'att', 'sbom']

/** Something that may be an attachment: where it was named, before its manifest is read. */
export interface Candidate {
  readonly subject: Digest
  readonly digest: Digest
  /** What it is listed as; absent where only its digest was asked. */
  readonly mediaType?: string
  readonly tag?: string
  /** The list that names it, where that is kept under a tag. */
  readonly list?: Digest
  /** It was seen to be there. */
  readonly seen?: true
  /** Whether its manifest must name the subject itself: it was found by that. */
  readonly refers?: true
  /** Nobody has named it now: it is known from before, and counts if it is still there. */
  readonly remembered?: true
}

/** Attestations that an image's index, or one nested in it, names in buildkit's form, of the manifests that are carried. */
export async function inIndex(
  place: Reference,
  digest: Digest,
  subjects: readonly Digest[],
  registry: Registry,
  signal?: AbortSignal,
): Promise<Candidate[]> {
  // An image that is one manifest for all that is asked has no index.
  if (subjects.length === 1) return []
  const listed: Descriptor[] = []
  const seen = new Set([digest])
  const read = async (index: Digest, depth: number): Promise<void> => {
    const { manifests } = parseIndex(
      (await registry.manifest({ ...place, digest: index }, signal)).bytes,
      index,
    )
    listed.push(...manifests)
    const named = new Set([digest, ...listed.map(one => one.digest)])
    if (depth === maxIndexDepth || subjects.every(subject => named.has(subject))) return
    for (const one of manifests.filter(({ mediaType }) => isIndexType(mediaType))) {
      if (seen.has(one.digest) || seen.size === mostIndexes) continue
      seen.add(one.digest)
      await read(one.digest, depth + 1)
    }
  }
  await read(digest, 1)
  return listed.flatMap(one => {
    const subject = attestedBy(one)
    return subject !== undefined && subjects.includes(subject) ? candidate(subject, one) : []
  })
}

/** Most indexes of one image that are read for attestations. */
const mostIndexes = 40

const candidate = (subject: Digest, { digest, mediaType }: Descriptor): Candidate => ({
  subject,
  digest,
  mediaType,
})

/** What is known of a manifest's attachments from before. */
export interface KnownBeside {
  /** Whether an attachment is known, so that it need not be read. */
  has(attachment: Digest): boolean
  /** What a list of this digest named. */
  inList(list: Digest): readonly Digest[]
}

/** Who is asked, and who is told of what is left out. */
interface Asking {
  readonly registry: Registry
  readonly signal?: AbortSignal
  onLeftOut?(sentence: string): void
}

/** What a registry keeps beside a manifest: its referrers (OCI 1.1, or their fallback tag), and cosign's tags. */
export async function besideIt(
  place: Reference,
  subject: Digest,
  known: KnownBeside,
  { registry, signal, onLeftOut }: Asking,
): Promise<Candidate[]> {
  const base = `sha256-${hexOf(subject)}`
  /** What a tag names, read only where its digest does not do. */
  const tagged = async (tag: string, enough: (digest: Digest) => boolean) => {
    const said = await registry.digest({ ...place, tag }, { beside: subject, signal })
    if (said === 'absent') return undefined
    if (said !== undefined && enough(said)) return { digest: said, served: undefined }
    const served = await registry.find({ ...place, tag }, subject, signal)
    return served && { digest: served.descriptor.digest, served }
  }
  const byTag = async (suffix: string): Promise<Candidate[]> => {
    const tag = `${base}.${suffix}`
    const found = await tagged(tag, known.has)
    if (found === undefined) return []
    const { digest, served } = found
    const mediaType = served?.descriptor.mediaType
    return [{ subject, digest, tag, seen: true as const, ...(mediaType ? { mediaType } : {}) }]
  }
  const byFallback = async (): Promise<Candidate[]> => {
    const found = await tagged(base, list => list === subject || known.inList(list).length > 0)
    // GitLab's registry takes the dash for a colon: the fallback tag is the subject itself there, no list about it.
    if (found === undefined || found.digest === subject) return []
    const { digest: list, served } = found
    const refers = true as const
    if (served === undefined) return known.inList(list).map(digest => ({ subject, digest, list, refers }))
    if (!isIndexType(served.descriptor.mediaType)) return []
    const manifests = parseReferrers(served.bytes, base, fault => onLeftOut?.(`left out of ${fault}`))
    return manifests.map(listed => ({ ...candidate(subject, listed), list, refers }))
  }
  const byReferrers = async (): Promise<Candidate[]> => {
    const referrers = await registry.referrers(place, subject, signal)
    return (
      referrers?.map(listed => ({ ...candidate(subject, listed), refers: true as const })) ?? byFallback()
    )
  }
  const [referrers, ...tags] = await Promise.all([byReferrers(), ...cosignTags.map(byTag)])
  return [...tags.flat(), ...referrers]
}
