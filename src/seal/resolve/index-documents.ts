import { maxIndexDepth } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import {
  attestedBy,
  type Digest,
  isIndexType,
  isManifestType,
  type Platform,
  parseIndex,
  type Reference,
} from '../../kernel/oci/index.ts'
import type { Registry, ServedManifest } from '../../kernel/ports/index.ts'

/** An index at hand, and what to look for below it. */
export interface Below {
  /** Its repository. */
  readonly place: Reference
  readonly bytes: Uint8Array
  /** Platforms that are carried, `linux/amd64`. */
  readonly platforms: readonly string[]
  /** Manifests that are at hand already: they are not asked for, nor given. */
  readonly known: ReadonlySet<Digest>
  readonly registry: Registry
  readonly signal?: AbortSignal | undefined
}

/** Most that are asked for below one image's index: more has no image that anybody released. */
const most = 200

/**
 * Every index and manifest below an index that a node may read on its way to its own platform's manifest, nested ones
 * too, each once. Measured: containerd 2.3 ends an import at the first of them that is absent, whether the node needs
 * it or not; 1.6 also takes 386 for a part of amd64, and arm for one of arm64. Those that the registry does not have
 * are passed over, and so are attestations.
 * @throws SealiftError those of the registry, CONTENT_MISMATCH for what is no index
 */
export async function documentsBelow({ place, bytes, ...options }: Below): Promise<ServedManifest[]> {
  const { platforms, known, registry, signal } = options
  const found = new Map<Digest, ServedManifest | undefined>()
  const read = async (index: Uint8Array, depth: number): Promise<void> => {
    for (const entry of parseIndex(index, place.repository).manifests) {
      const { digest, mediaType, platform } = entry
      if (known.has(digest) || found.has(digest) || found.size >= most || attestedBy(entry) !== undefined)
        continue
      if (!(isManifestType(mediaType) || isIndexType(mediaType)) || !isRead(platform, platforms)) continue
      if (isIndexType(mediaType) && depth >= maxIndexDepth) continue
      const served = await registry.manifest({ ...place, digest }, signal).catch(absent)
      found.set(digest, served)
      if (served !== undefined && isIndexType(mediaType)) await read(served.bytes, depth + 1)
    }
  }
  await read(bytes, 1)
  return [...found.values()].filter(served => served !== undefined)
}

function absent(error: unknown): undefined {
  if (!(error instanceof SealiftError) || error.code !== 'IMAGE_NOT_FOUND') throw error
}

const partOf: Readonly<Record<string, string>> = { '386': 'amd64', arm: 'arm64' }

function isRead(platform: Platform | undefined, platforms: readonly string[]): boolean {
  if (platform === undefined) return true
  const { os, architecture } = platform
  return [architecture, partOf[architecture]].some(one =>
    platforms.some(wanted => wanted === `${os}/${one}` || wanted.startsWith(`${os}/${one}/`)),
  )
}
