import type { LockedAttachment, LockedImage } from '../../../bundle/lock/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import {
  attachmentTypes,
  canonicalJson,
  type Digest,
  type Manifest,
  parseIndex,
  parseReference,
  platformText,
} from '../../../kernel/oci/index.ts'

/**
 * Holds what a lock says of an image's platforms to their manifests: a lock is made without reading those again that
 * it has, and people can edit it.
 * @param manifests by digest
 * @throws SealiftError LOCK_DRIFT
 */
export function holdToManifests(
  { name, platforms }: LockedImage,
  wanted: readonly string[],
  manifests: ReadonlyMap<Digest, Manifest>,
): void {
  const wrong = wanted.filter(platform => {
    const locked = platforms[platform]
    const manifest = locked && manifests.get(locked.manifest)
    if (locked === undefined || manifest === undefined) return false
    const { config, layers } = manifest
    const sizes = new Map(layers.map(({ digest, size }) => [digest, size]))
    const sameLayers =
      Object.keys(locked.layers).length === sizes.size &&
      [...sizes].every(([digest, size]) => locked.layers[digest] === size)
    return !sameLayers || locked.config.digest !== config.digest || locked.config.size !== config.size
  })
  refuse(
    name,
    wrong.map(platform => `${platform}: another config or other layers`),
  )
}

/**
 * Holds an image's digest to its name, and which manifest a lock says to be its for each platform to the indexes that
 * the digest leads to. An entry
 * that names no platform is for any: what its config says is held to the lock where the bundle is read.
 * @param indexes their bytes, nested ones too; none where the digest is that of a manifest
 * @throws SealiftError LOCK_DRIFT
 */
export function holdToIndexes(
  { name, digest, platforms }: LockedImage,
  wanted: readonly string[],
  indexes: readonly Uint8Array[],
): void {
  const own = parseReference(name)?.digest ?? digest
  const entries = indexes.flatMap(bytes => parseIndex(bytes, name).manifests)
  const faults = wanted.flatMap(platform => {
    const manifest = platforms[platform]?.manifest
    if (manifest === undefined || (indexes.length === 0 && manifest === digest)) return []
    const named = entries.filter(entry => entry.digest === manifest)
    const said = named.map(entry => (entry.platform === undefined ? platform : platformText(entry.platform)))
    // Some indexes spell a variant (amd64/v1) where there is nothing to choose from; the lock does not.
    if (said.some(one => one === platform || one.startsWith(`${platform}/`))) return []
    const what = said.length > 0 ? `is for ${said.join(', ')}` : `is nothing that ${digest} leads to`
    return [`${platform}: ${manifest} ${what}`]
  })
  refuse(name, own === digest ? faults : [`its name is of ${own}, not of ${digest}`, ...faults])
}

/**
 * Holds what a lock says of something attached to an image to its manifest, as whoever opens the bundle will.
 * @param parts the digests of the image and of its manifests
 * @throws SealiftError LOCK_DRIFT
 */
export function holdToAttachment(
  name: string,
  { tag: _, list: __, manifest: digest, ...locked }: LockedAttachment,
  parts: ReadonlySet<Digest>,
  manifest: Manifest,
  size: number,
): void {
  const { config, layers, subject } = manifest
  const blobs = Object.fromEntries([config, ...layers].map(blob => [blob.digest, blob.size]))
  const now = { subject: subject?.digest ?? locked.subject, size, ...attachmentTypes(manifest), blobs }
  const isSame = parts.has(locked.subject) && canonicalJson(locked) === canonicalJson(now)
  refuse(name, isSame ? [] : [`${locked.kind} ${digest} of ${locked.subject}: its manifest says otherwise`])
}

function refuse(name: string, faults: readonly string[]): void {
  if (faults.length === 0) return
  throw new SealiftError('LOCK_DRIFT', `the lock does not say of ${name} what its manifests do`, {
    faults,
    hints: ['Was it edited by hand? Restore it from version control, or delete it and lock again.'],
  })
}
