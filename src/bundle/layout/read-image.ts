import {
  annotations,
  attestedBy,
  type Descriptor,
  type Digest,
  isIndexType,
  isManifestType,
  type Manifest,
  manifestLimit,
  type Platform,
  parseIndex,
  parseJson,
  parseManifest,
  parseReference,
  platformShape,
  platformText,
} from '../../kernel/oci/index.ts'
import type { CarriedAttachment, CarriedImage, CarriedManifest } from './carried-image.ts'
import { isFullName } from './entries.ts'
import { malformed } from './fault.ts'
import { maxIndexDepth } from './images.ts'
import { limits } from './layout.ts'
import { readAttestation } from './read-attachment.ts'
import type { Reading } from './reading.ts'

/**
 * Reads an image from its entry in index.json; faults are reported. Of the manifests below its index those are carried
 * whole that `locked` gives for its name; without it, where there is no lock to go by, all that are here.
 */
export async function readImage(
  entry: Descriptor,
  reading: Reading,
  locked?: (name: string) => ReadonlySet<Digest>,
): Promise<CarriedImage> {
  const name = entry.annotations?.[annotations.containerdName] ?? ''
  const owner = `image ${name}`
  if (entry.annotations?.[annotations.refName] !== name) {
    reading.report(malformed(owner, 'its two name annotations differ'))
  }
  if (!isFullName(name)) reading.report(malformed(owner, 'is no full image name with a tag'))
  // By that name the kubelet asks for that very digest, and takes what the name leads to.
  if ((parseReference(name)?.digest ?? entry.digest) !== entry.digest)
    reading.report(malformed(owner, `is ${entry.digest}, which its name is not`))
  const found: Found = {
    whole: locked?.(name),
    platforms: new Map(),
    documents: new Map(),
    rivals: [],
    attestations: [],
  }
  await collect(entry, [], owner, reading, found)
  const platforms = withoutVariants(found.platforms)
  if (reading.whole && platforms.size === 0) reading.report(malformed(owner, 'holds no manifest'))
  for (const { platform, config } of found.rivals) {
    if ((platforms.get(platform)?.config.digest ?? config.digest) !== config.digest)
      reading.report(malformed(owner, `has two manifests for ${platform}`))
  }
  const here = new Set([...platforms.values()].map(({ descriptor }) => descriptor.digest))
  for (const { subject, descriptor } of found.attestations) {
    if (!here.has(subject))
      reading.report(malformed(owner, `${descriptor.digest} attests ${subject}, which is not carried`))
  }
  const { attestations, documents } = found
  return { name, descriptor: entry, platforms, documents: [...documents.values()], attestations }
}

interface Found {
  /** The manifests that the lock says are carried whole; absent where nothing says so. */
  readonly whole: ReadonlySet<Digest> | undefined
  readonly documents: Map<Digest, Descriptor>
  readonly rivals: { readonly platform: string; readonly config: Descriptor }[]
  readonly platforms: Map<string, CarriedManifest>
  readonly attestations: CarriedAttachment[]
}

/** Some indexes spell a variant (amd64/v1) where there is nothing to choose from; the lock does not. */
function withoutVariants(platforms: ReadonlyMap<string, CarriedManifest>): Map<string, CarriedManifest> {
  const found = new Map<string, CarriedManifest>()
  for (const [name, manifest] of platforms) {
    const bare = name.split('/').slice(0, 2).join('/')
    found.set(platforms.has(bare) || found.has(bare) ? name : bare, manifest)
  }
  return found
}

async function collect(
  descriptor: Descriptor,
  parents: readonly Descriptor[],
  owner: string,
  reading: Reading,
  found: Found,
): Promise<void> {
  const { mediaType, digest, platform: said } = descriptor
  const { platforms, attestations, documents } = found
  const subject = parents.length > 0 ? attestedBy(descriptor) : undefined
  if (subject !== undefined) {
    attestations.push(...[(await readAttestation(descriptor, subject, owner, reading)) ?? []].flat())
    return
  }
  // What is for no platform is no image, and nothing that a lock names.
  if (said?.os === 'unknown') return
  const bytes = await reading.document(descriptor, owner, manifestLimit)
  if (bytes === undefined) return
  if (isManifestType(mediaType)) {
    const manifest = reading.parsed(owner, () => parseManifest(bytes, digest))
    if (manifest === undefined) return
    if (parents.length > 0 && found.whole?.has(digest) === false) {
      documents.set(digest, descriptor)
      // One that is here whole is no mere document, and would be an image to whoever picks by platform.
      if (
        said !== undefined &&
        [manifest.config, ...manifest.layers].every(one => reading.blobs.has(one.digest))
      )
        found.rivals.push({ platform: platformText(said), config: manifest.config })
      return
    }
    const platform = await readPlatform(descriptor, manifest, owner, reading)
    for (const layer of manifest.layers) reading.claim(layer, owner, 'layer')
    if (platform === undefined) return
    const other = platforms.get(platform)
    if (other !== undefined) {
      // Indexes may share one, and some name one twice; of two it is open which is meant.
      if (other.descriptor.digest !== digest)
        reading.report(malformed(owner, `has two manifests for ${platform}`))
      return
    }
    platforms.set(platform, { descriptor, parents, config: manifest.config, layers: manifest.layers })
  } else if (isIndexType(mediaType) && documents.has(digest)) {
    // Read where it was met first, which may have been less deep.
    return
  } else if (isIndexType(mediaType) && parents.length < maxIndexDepth) {
    if (parents.length > 0) documents.set(digest, descriptor)
    const index = reading.parsed(owner, () => parseIndex(bytes, digest))
    // Other platforms' manifests may be left out; which ones must be here, the lock says.
    for (const child of index?.manifests ?? []) {
      if (reading.spent) return
      if (reading.blobs.has(child.digest))
        await collect(child, [...parents, descriptor], owner, reading, found)
    }
  } else {
    reading.parsed(owner, () => {
      throw new Error(`${digest} (${mediaType}) is no image manifest or index`)
    })
  }
}

/** A manifest's platform: what the index says, or else what the config says. */
async function readPlatform(
  { platform }: Descriptor,
  { config }: Manifest,
  owner: string,
  reading: Reading,
): Promise<string | undefined> {
  if (platform !== undefined) {
    reading.claim(config, owner, 'head')
    return platformText(platform)
  }
  const bytes = await reading.document(config, owner, limits.config)
  if (bytes === undefined) return undefined
  return reading.parsed(owner, () => {
    const { os, architecture, variant } = { ...(parseJson(bytes, limits.config) as Partial<Platform> | null) }
    const result = platformShape.safeParse({ os, architecture, ...(variant ? { variant } : {}) })
    if (!result.success) throw new Error(`its config ${config.digest} names no platform`)
    return platformText(result.data)
  })
}
