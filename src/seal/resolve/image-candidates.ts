import { printable, SealiftError } from '../../kernel/errors/index.ts'
import {
  attestedBy,
  type Descriptor,
  type Digest,
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

/** Most entries without a platform whose configs are asked. */
const mostUnsaid = 20

/**
 * What an index has, by the platforms that it names. Only where a wanted one is not among them are the configs asked of
 * entries that name none.
 */
export async function fromIndex(bytes: Uint8Array, wanted: Wanted): Promise<Candidates> {
  const { reference, registry, platforms, signal } = wanted
  const place: Reference = { registry: reference.registry, repository: reference.repository }
  const found: Candidates = new Map()
  const unsaid: Descriptor[] = []
  for (const entry of parseIndex(bytes, printReference(place)).manifests) {
    const { digest, platform, mediaType } = entry
    if (platform === undefined && isManifestType(mediaType) && attestedBy(entry) === undefined)
      unsaid.push(entry)
    // Attestations have the platform unknown/unknown.
    if (platform === undefined || platform.os === 'unknown') continue
    const name = platformText(platform)
    if (found.has(name)) continue
    found.set(name, async () => {
      const manifest = await registry.manifest({ ...place, digest }, signal)
      return { digest, bytes: manifest.bytes }
    })
  }
  // Some indexes spell a variant (amd64/v1) where there is nothing to choose from.
  for (const platform of platforms) {
    const variant = [...found.keys()].find(name => name.startsWith(`${platform}/`))
    const candidate = variant === undefined ? undefined : found.get(variant)
    if (!found.has(platform) && candidate !== undefined) found.set(platform, candidate)
  }
  for (const { digest } of unsaid.slice(0, mostUnsaid)) {
    if (platforms.every(platform => found.has(platform))) break
    for (const [name, candidate] of await inEntry({ ...wanted, reference: { ...place, digest } }))
      if (!found.has(name)) found.set(name, candidate)
  }
  return found
}

/** An entry that names no platform; what is no image, such as a signature, is for none. */
async function inEntry(wanted: Wanted): Promise<Candidates> {
  const served = await wanted.registry.manifest(wanted.reference, wanted.signal)
  try {
    return await fromManifest(served, wanted)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'CONTENT_MISMATCH') return new Map()
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
