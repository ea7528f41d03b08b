import { maxIndexDepth } from '../../bundle/layout/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import {
  type Descriptor,
  type Digest,
  isIndexType,
  isManifestType,
  parseIndex,
  parseJson,
  parseManifest,
  platformText,
  printReference,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { Registry } from '../../kernel/ports/index.ts'
import { configBytes, readBlob } from './read.ts'

/** By platform, how to get its manifest. */
export type Candidates = Map<string, () => Promise<{ digest: Digest; bytes: Uint8Array }>>

/** Where an image is, and for which platforms it is wanted. */
export interface Wanted {
  readonly reference: Reference
  readonly platforms: readonly string[]
  readonly registry: Registry
  readonly signal: AbortSignal | undefined
}

/** Most entries of one image that are looked into, since they do not say all that they are for. */
const mostOpened = 40

/** How far a search has come: how deep, and what it has looked into. */
interface Search {
  readonly depth: number
  readonly opened: Set<Digest>
}

/**
 * What an index has, by the platforms that it names. Only where a wanted one is not among them are nested indexes looked
 * into, and the configs asked of entries that name no platform: in their order, as containerd does.
 * @throws SealiftError CONTENT_MISMATCH for what is no index, and those of the registry
 */
export async function fromIndex(
  bytes: Uint8Array,
  wanted: Wanted,
  { depth, opened }: Search = { depth: 1, opened: new Set() },
): Promise<Candidates> {
  const { reference, registry, platforms, signal } = wanted
  const place: Reference = { registry: reference.registry, repository: reference.repository }
  const found: Candidates = new Map()
  const unsaid: Descriptor[] = []
  for (const entry of parseIndex(bytes, printReference(place)).manifests) {
    const { digest, platform, mediaType } = entry
    // Attestations have the platform unknown/unknown.
    if (platform?.os === 'unknown') continue
    const nested = isIndexType(mediaType) && depth < maxIndexDepth
    if (nested || (platform === undefined && isManifestType(mediaType))) unsaid.push(entry)
    if (platform === undefined || isIndexType(mediaType)) continue
    const name = platformText(platform)
    if (found.has(name)) continue
    found.set(name, async () => {
      const manifest = await registry.manifest({ ...place, digest }, signal)
      return { digest, bytes: manifest.bytes }
    })
  }
  takeVariants(found, platforms)
  for (const entry of unsaid) {
    if (opened.size >= mostOpened || platforms.every(platform => found.has(platform))) break
    if (opened.has(entry.digest)) continue
    opened.add(entry.digest)
    const search = { depth: depth + 1, opened }
    for (const [name, candidate] of await inEntry(entry, { ...wanted, reference: place }, search))
      if (!found.has(name)) found.set(name, candidate)
  }
  takeVariants(found, platforms)
  return found
}

/** Some indexes spell a variant (amd64/v1) where there is nothing to choose from. */
function takeVariants(found: Candidates, platforms: readonly string[]): void {
  for (const platform of platforms) {
    const variant = [...found.keys()].find(name => name.startsWith(`${platform}/`))
    const candidate = variant === undefined ? undefined : found.get(variant)
    if (!found.has(platform) && candidate !== undefined) found.set(platform, candidate)
  }
}

/**
 * A nested index, or an entry that names no platform. What is no image, such as a signature, is for none; so is what
 * the registry does not have.
 */
async function inEntry(
  { digest, platform }: Descriptor,
  wanted: Wanted,
  search: Search,
): Promise<Candidates> {
  const reference = { ...wanted.reference, digest }
  try {
    const served = await wanted.registry.manifest(reference, wanted.signal)
    const nested = isIndexType(served.descriptor.mediaType)
    if (!nested) return await fromManifest(served, { ...wanted, reference })
    const below = await fromIndex(served.bytes, wanted, search)
    // Nodes look into what is for another platform no more than they would take it.
    const bare = platform === undefined ? '' : platformText({ ...platform, variant: '' })
    return new Map([...below].filter(([name]) => name === bare || bare === '' || name.startsWith(`${bare}/`)))
  } catch (error) {
    const none = ['CONTENT_MISMATCH', 'IMAGE_NOT_FOUND']
    if (error instanceof SealiftError && none.includes(error.code)) return new Map()
    throw error
  }
}

/** A manifest by itself, for the platform that its config names. @throws SealiftError CONTENT_MISMATCH for no image */
export async function fromManifest(
  served: { readonly descriptor: Descriptor; readonly bytes: Uint8Array },
  { reference, registry, signal }: Wanted,
): Promise<Candidates> {
  const name = printReference(reference)
  const { config } = parseManifest(served.bytes, name)
  const platform = platformOf(await readBlob(registry, reference, config, configBytes, signal), name)
  return new Map([[platform, async () => ({ digest: served.descriptor.digest, bytes: served.bytes })]])
}

/** What an image's config says it runs on (image-spec, config.md). */
function platformOf(config: Uint8Array, name: string): string {
  try {
    const { os, architecture } = { ...(parseJson(config, configBytes) as Record<string, unknown> | null) }
    if (typeof os === 'string' && typeof architecture === 'string')
      return printable(platformText({ os, architecture }), 60)
  } catch {
    // Told below, like a config without the two fields.
  }
  throw new SealiftError(
    'CONTENT_MISMATCH',
    `the config of ${name} does not say what it runs on: it is no image`,
  )
}
