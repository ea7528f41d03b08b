/** The Runtime port in memory, for tests of rooms: it reads the archives that it is given, as containerd does. */
import { once } from 'node:events'
import { Parser } from 'tar'
import { messageOf, SealiftError } from '../../src/kernel/errors/index.ts'
import {
  annotations,
  type Descriptor,
  type Digest,
  digestOf,
  type Index,
  type Manifest,
} from '../../src/kernel/oci/index.ts'
import type { Runtime, RuntimeImage } from '../../src/kernel/ports/index.ts'

/** A node's images in memory, with what a test may look at. */
export interface MemoryRuntime extends Runtime {
  /** Content by digest; take one away to damage an image. */
  readonly blobs: Map<Digest, Buffer>
  /** Names that are unpacked. */
  readonly unpacked: Set<string>
  /** Bytes that imports have read. */
  bytesRead: number
  /** Bytes that it says are free. */
  free: number
  /** An import whose process is killed when all blobs are there, and no image yet. */
  killedImport(archive: AsyncIterable<Uint8Array>): Promise<void>
  /** Pins as K3s does what lies in its folder of images. */
  pinAsK3s(name: string): void
}

const failed = (message: string) => new SealiftError('LOAD_FAILED', message)

/** A node without images; its platform is linux and this machine's architecture unless `architecture` is given. */
export function memoryRuntime(architecture = process.arch === 'x64' ? 'amd64' : process.arch): MemoryRuntime {
  const images = new Map<string, Omit<RuntimeImage, 'complete' | 'unpacked' | 'brought'>>()
  /** The digest that was noted under a name as brought; it stays when another one takes the name. */
  const notes = new Map<string, Digest>()
  const blobs = new Map<Digest, Buffer>()
  const unpacked = new Set<string>()
  let left: { readonly name: string; readonly content: readonly Digest[] }[] = []

  /** Everything below a digest that this platform needs, if it is all there. */
  function complete(digest: Digest): boolean {
    const bytes = blobs.get(digest)
    if (!bytes) return false
    const { manifests, config, layers } = JSON.parse(bytes.toString()) as Partial<Index & Manifest>
    if (!manifests)
      return config !== undefined && [config, ...(layers ?? [])].every(({ digest }) => blobs.has(digest))
    const ours = manifests.find(({ platform }) => platform?.architecture === architecture)
    return ours !== undefined && complete(ours.digest)
  }

  /** A digest and everything below it that is there: what the image keeps from being collected. */
  function below(digest: Digest): Digest[] {
    const { manifests = [], config, layers = [] } = JSON.parse(blobs.get(digest)?.toString() ?? '{}')
    return [
      digest,
      ...manifests.flatMap((one: Descriptor) => below(one.digest)),
      ...[...(config ? [config] : []), ...layers].map((one: Descriptor) => one.digest),
    ]
  }

  /** Drops what neither an image nor anything left needs. */
  function collect(): void {
    const needed = new Set([...images.values()].flatMap(({ digest }) => below(digest)))
    for (const digest of left.flatMap(({ content }) => content)) needed.add(digest)
    for (const digest of blobs.keys()) if (!needed.has(digest)) blobs.delete(digest)
  }

  /** Takes an archive's blobs; gives what its index names. */
  async function ingest(archive: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<Descriptor[]> {
    const files = await unpackedArchive(archive, signal, bytes => {
      runtime.bytesRead += bytes
    })
    const { manifests } = JSON.parse(files.get('index.json')?.toString() ?? '{}') as Partial<Index>
    if (!manifests) throw failed('ctr images import: unrecognized image format')
    for (const [path, bytes] of files) {
      if (!path.startsWith('blobs/sha256/')) continue
      const digest: Digest = `sha256:${path.slice('blobs/sha256/'.length)}`
      if (digestOf(bytes) !== digest)
        throw failed(`ctr images import: unexpected commit digest for ${digest}`)
      blobs.set(digest, bytes)
    }
    return [...manifests]
  }

  const runtime: MemoryRuntime = {
    blobs,
    unpacked,
    bytesRead: 0,
    content: async () => new Set(blobs.keys()),
    room: async () => ({ path: '/memory', free: runtime.free }),
    free: Number.MAX_SAFE_INTEGER,
    images: async () =>
      [...images.values()]
        .map(image => ({
          ...image,
          ...(notes.get(image.name) === image.digest ? { brought: true as const } : {}),
          complete: complete(image.digest),
          unpacked: unpacked.has(image.name),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async import(archive, signal) {
      signal?.throwIfAborted()
      for (const descriptor of await ingest(archive, signal)) {
        const name = nameOf(descriptor)
        if (name !== undefined) images.set(name, { name, digest: descriptor.digest, pinned: false })
      }
    },
    async killedImport(archive) {
      const before = new Set(blobs.keys())
      await ingest(archive)
      left.push({ name: `killed-${left.length}`, content: [...blobs.keys()].filter(one => !before.has(one)) })
    },
    leftovers: async () => left.map(({ name }) => name),
    async endLeftovers() {
      const names = left.map(({ name }) => name)
      left = []
      collect()
      return names
    },
    async pin(name, brought) {
      const image = images.get(name)
      if (!image) throw failed(`ctr images label: image "${name}": not found`)
      images.set(name, { name, digest: image.digest, pinned: true })
      if (brought) notes.set(name, brought)
    },
    pinAsK3s(name) {
      const image = images.get(name)
      if (image) images.set(name, { ...image, pinned: false, pinEnds: true })
    },
    async unpack(name, signal) {
      signal?.throwIfAborted()
      const image = images.get(name)
      if (!image || !complete(image.digest)) throw failed(`containerd has no image ${name}, or not all of it`)
      unpacked.add(name)
    },
    async remove(names) {
      for (const name of names) {
        images.delete(name)
        notes.delete(name)
        unpacked.delete(name)
      }
      collect()
    },
  }
  return runtime
}

function nameOf({ annotations: given = {} }: Descriptor): string | undefined {
  return given[annotations.containerdName] ?? given[annotations.refName]
}

/** The files of a tar by path. @throws whatever the archive throws; SealiftError when it is no whole tar */
async function unpackedArchive(
  archive: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  count: (bytes: number) => void,
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const parser = new Parser({ strict: true })
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {})
  parser.on('error', error => broken.reject(failed(`ctr images import: ${messageOf(error)}`)))
  parser.on('entry', entry => {
    const parts: Buffer[] = []
    entry.on('data', (part: Buffer) => parts.push(part))
    entry.on('end', () => {
      if (entry.type === 'File') files.set(entry.path, Buffer.concat(parts))
    })
  })
  for await (const bytes of archive) {
    signal?.throwIfAborted()
    count(bytes.length)
    parser.write(Buffer.from(bytes))
  }
  const ended = once(parser, 'end')
  parser.end()
  await Promise.race([ended, broken.promise])
  return files
}
