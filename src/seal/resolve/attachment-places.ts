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
  readonly listed: Descriptor
  readonly tag?: string
  /** Whether its manifest must name the subject itself: it was found by that. */
  readonly refers?: true
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
    return subject !== undefined && subjects.includes(subject) ? { subject, listed: one } : []
  })
}

/** Most indexes of one image that are read for attestations. */
const mostIndexes = 40

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
  { registry, signal, onLeftOut }: Asking,
): Promise<Candidate[]> {
  const base = `sha256-${hexOf(subject)}`
  const tagged = async (tag: string) => registry.find({ ...place, tag }, subject, signal)
  const [referrers, ...tags] = await Promise.all([
    registry.referrers(place, subject, signal),
    ...cosignTags.map(async suffix => ({
      tag: `${base}.${suffix}`,
      served: await tagged(`${base}.${suffix}`),
    })),
  ])
  const fallback = referrers === undefined ? await tagged(base) : undefined
  // GitLab's registry takes the dash for a colon: the fallback tag is the subject itself there, no list about it.
  const list =
    fallback !== undefined &&
    fallback.descriptor.digest !== subject &&
    isIndexType(fallback.descriptor.mediaType)
      ? parseReferrers(fallback.bytes, base, fault => onLeftOut?.(`left out of ${fault}`))
      : (referrers ?? [])
  return [
    ...tags.flatMap(({ tag, served }) => (served ? { subject, listed: served.descriptor, tag } : [])),
    ...list.map(listed => ({ subject, listed, refers: true as const })),
  ]
}
