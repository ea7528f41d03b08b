import * as z from 'zod'
import { messageOf, printable, SealiftError } from '../errors/index.ts'
import type { Descriptor, Index, Manifest, Platform } from './descriptor.ts'
import { type Digest, isDigest } from './digest.ts'
import { misleadingField } from './field-names.ts'
import { parseJsonOnce } from './json.ts'
import { isIndexType, isManifestType } from './media-types.ts'

/** Larger manifests and indexes are refused; registries set the same bound (distribution-spec v1.1). */
export const manifestLimit = 4 * 1024 * 1024

// RFC 6838, 4.2: the grammar that the image-spec points to.
const mediaType = z
  .string()
  .regex(/^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/, 'no media type')
const notes = z.record(z.string(), z.string()).exactOptional()
// Platforms are printed and compared; what Go and containerd know are words of this form.
const word = z.string().regex(/^[\w.-]{1,64}$/, 'no word')
/** A platform as an index or, among other fields, an image's config (image-spec v1.1, config.md) names it. */
export const platformShape = z.object({
  os: word,
  architecture: word,
  variant: z.union([word, z.literal('')]).exactOptional(),
})

const text = z.string().optional()
const descriptor = z
  .object({
    mediaType,
    digest: z.custom<Digest>(isDigest, 'not sha256: and 64 hex digits'),
    size: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
    artifactType: mediaType.exactOptional(),
    annotations: notes,
    platform: z.looseObject({ os: text, architecture: text, variant: text }).optional(),
  })
  .transform(({ platform: said, ...rest }) => {
    // Empty, or in other words than a platform's: nothing that could be asked for, and no fault of its neighbours.
    const { success, data: platform } = platformShape.safeParse(said)
    return success ? { ...rest, platform } : rest
  })

// Go writes a list without entries as null.
const listOf = <T extends z.ZodType>(entry: T, most: number) =>
  z.preprocess(list => (list === null ? [] : list), z.array(entry).max(most))

// A document that is both a manifest and an index means different things to different tools (CVE-2021-41190).
const manifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().refine(isManifestType, 'the media type of something else').exactOptional(),
  artifactType: mediaType.exactOptional(),
  config: descriptor,
  layers: listOf(descriptor, 1000),
  subject: descriptor.exactOptional(),
  annotations: notes,
  manifests: z.undefined({ error: 'a manifest with the field of an index' }).optional(),
})
const index = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().refine(isIndexType, 'the media type of something else').exactOptional(),
  manifests: listOf(descriptor, 2000),
  annotations: notes,
  config: z.undefined({ error: 'an index with the field of a manifest' }).optional(),
  layers: z.undefined({ error: 'an index with the field of a manifest' }).optional(),
})

const referrers = z.object({ manifests: listOf(z.unknown(), 2000) })

/**
 * Reads an image or artifact manifest (OCI or Docker schema 2). `what` names it in errors.
 * @throws SealiftError CONTENT_MISMATCH with every fault
 */
export function parseManifest(bytes: Uint8Array, what: string): Manifest {
  const { manifests: _, ...parsed } = read(manifest, bytes, what, 'image manifest')
  return parsed
}

/**
 * Reads an image index or Docker manifest list. `what` names it in errors.
 * @throws SealiftError CONTENT_MISMATCH with every fault
 */
export function parseIndex(bytes: Uint8Array, what: string): Index {
  const { config: _, layers: __, ...parsed } = read(index, bytes, what, 'image index')
  return parsed
}

/**
 * Reads a list of referrers, which is an index that travels nowhere (distribution-spec v1.1, "Listing Referrers"): an
 * entry's odd optional fields are left out, and an entry that names nothing is skipped, which `onUnusable` is told.
 * @throws SealiftError CONTENT_MISMATCH for what is no list
 */
export function parseReferrers(
  bytes: Uint8Array,
  what: string,
  onUnusable?: (fault: string) => void,
): Descriptor[] {
  const { manifests } = read(referrers, bytes, what, 'list of referrers')
  return manifests.flatMap((entry, i) => {
    const whole = descriptor.safeParse(entry)
    if (whole.success) return whole.data
    const { mediaType, digest, size } = { ...(entry as Partial<Descriptor>) }
    const bare = descriptor.safeParse({ mediaType, digest, size })
    if (bare.success) return bare.data
    const [issue] = bare.error.issues
    onUnusable?.(printable(`${what}: manifests.${i}.${issue?.path.join('.')}: ${issue?.message}`))
    return []
  })
}

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string, kind: string): T {
  let value: unknown
  try {
    value = parseJsonOnce(bytes, manifestLimit)
    const misleading = misleadingField(value)
    if (misleading !== undefined) throw new Error(`it has ${misleading}`)
  } catch (error) {
    throw new SealiftError('CONTENT_MISMATCH', `${printable(what)} is no ${kind}: ${messageOf(error)}`)
  }
  const result = schema.safeParse(withoutNulls(value))
  if (result.success) return result.data
  const faults = result.error.issues.map(issue =>
    printable(`${issue.path.join('.') || 'it'}: ${issue.message}`),
  )
  throw new SealiftError('CONTENT_MISMATCH', `${printable(what)} is no ${kind}: ${faults[0]}`, {
    faults: faults.slice(0, 50),
  })
}

/** What tells a manifest from an index: null there is no absence, but for containerd too a field of the other. */
const telling = ['config', 'layers', 'manifests']

/** What is null is absent, and so is an empty type, as for Go, in which registries and runtimes are written. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name, field]) =>
    field === '' ? !/^(media|artifact)Type$/.test(name) : field !== null || telling.includes(name),
  )
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]))
}

/**
 * A platform as specs and locks write it: `linux/amd64`, `linux/arm/v7`. arm64's only variant, v8, is left
 * out, as containerd does when it normalises platforms.
 */
export function platformText({ os, architecture, variant }: Platform): string {
  const bare = variant === undefined || variant === '' || (architecture === 'arm64' && variant === 'v8')
  return bare ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
}
