import {
  annotations,
  attestedBy,
  type Descriptor,
  isIndexType,
  isManifestType,
  type Manifest,
  manifestLimit,
  parseIndex,
  parseJson,
  parseManifest,
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

/** Reads an image from its entry in index.json; faults are reported. */
export async function readImage(entry: Descriptor, reading: Reading): Promise<CarriedImage | undefined> {
  const name = entry.annotations?.[annotations.containerdName] ?? ''
  const owner = `image ${name}`
  if (entry.annotations?.[annotations.refName] !== name) {
    reading.report(malformed(owner, 'its two name annotations differ'))
  }
  if (!isFullName(name)) reading.report(malformed(owner, 'is no full image name with a tag'))
  const found: Found = { platforms: new Map(), attestations: [] }
  await collect(entry, [], owner, reading, found)
  const platforms = withoutVariants(found.platforms)
  if (reading.whole && platforms.size === 0) reading.report(malformed(owner, 'holds no manifest'))
  const here = new Set([...platforms.values()].map(({ descriptor }) => descriptor.digest))
  for (const { subject, descriptor } of found.attestations) {
    if (!here.has(subject))
      reading.report(malformed(owner, `${descriptor.digest} attests ${subject}, which is not carried`))
  }
  return { name, descriptor: entry, platforms, attestations: found.attestations }
}

interface Found {
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
  const { platforms, attestations } = found
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
    const platform = await readPlatform(descriptor, manifest, owner, reading)
    for (const layer of manifest.layers) reading.claim(layer, owner, 'layer')
    if (platform === undefined) return
    if (platforms.has(platform)) reading.report(malformed(owner, `has two manifests for ${platform}`))
    platforms.set(platform, { descriptor, parents, config: manifest.config, layers: manifest.layers })
  } else if (isIndexType(mediaType) && parents.length < maxIndexDepth) {
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
    const result = platformShape.safeParse(parseJson(bytes, limits.config))
    if (!result.success) throw new Error(`its config ${config.digest} names no platform`)
    return platformText(result.data)
  })
}
