/** The write side of a registry in memory: it refuses manifests that name what it lacks, as distribution does. */
import { type Digest, digestOf, type Index, type Manifest } from '../../src/kernel/oci/index.ts'
import type { RegistryPush } from '../../src/kernel/ports/index.ts'

/** The registry, with what a test may look at. */
export interface MemoryRegistryPush extends RegistryPush {
  /** Blobs by repository and digest, manifests and tags by repository and reference. */
  readonly blobs: Map<string, Uint8Array>
  readonly manifests: Map<string, Uint8Array>
  /** What was sent or taken over, in order: `uploaded a/b@sha256:…`. */
  readonly calls: string[]
  /** Whether it takes an index that names manifests which it does not have. */
  sparse: boolean
  /** Whether blobs can be taken over from other repositories. */
  mounting: boolean
}

/** An empty registry. */
export function memoryRegistryPush(): MemoryRegistryPush {
  const blobs = new Map<string, Uint8Array>()
  const manifests = new Map<string, Uint8Array>()
  const calls: string[] = []
  const at = (repository: string, reference: string) => `${repository}@${reference}`
  const push: MemoryRegistryPush = {
    ...{ blobs, manifests, calls, sparse: false, mounting: true },
    has: async (repository, { digest }) => blobs.has(at(repository, digest)),
    async blob(repository, { digest }, { bytes, from }, signal) {
      signal?.throwIfAborted()
      const there = from === undefined || !push.mounting ? undefined : blobs.get(at(from, digest))
      if (there !== undefined) {
        blobs.set(at(repository, digest), there)
        calls.push(`mounted ${at(repository, digest)}`)
        return 'mounted'
      }
      const parts: Uint8Array[] = []
      for await (const part of bytes()) parts.push(part)
      const content = Buffer.concat(parts)
      if (digestOf(content) !== digest) throw new Error(`not what ${digest} names`)
      blobs.set(at(repository, digest), content)
      calls.push(`uploaded ${at(repository, digest)}`)
      return 'uploaded'
    },
    async manifest(repository, reference, { bytes }) {
      const {
        config,
        layers = [],
        manifests: listed = [],
      } = JSON.parse(Buffer.from(bytes).toString()) as Partial<Index & Manifest>
      const needed = [...(config ? [config] : []), ...layers]
      if (needed.some(({ digest }) => !blobs.has(at(repository, digest)))) return 'refused'
      if (!push.sparse && listed.some(({ digest }) => !manifests.has(at(repository, digest))))
        return 'refused'
      manifests.set(at(repository, reference), bytes)
      manifests.set(at(repository, digestOf(bytes)), bytes)
      calls.push(`stored ${at(repository, reference)}`)
      return 'stored'
    },
    async digest(repository, reference): Promise<Digest | undefined> {
      const bytes = manifests.get(at(repository, reference))
      return bytes && digestOf(bytes)
    },
    showedLogin: () => true,
    close: async () => {},
  }
  return push
}
