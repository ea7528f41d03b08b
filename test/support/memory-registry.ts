/** A registry and a web server that live in memory: for tests of rooms that ask them. */
import { SealiftError } from '../../src/kernel/errors/index.ts'
import {
  type Descriptor,
  type Digest,
  digestOf,
  type Manifest,
  mediaTypes,
  printReference,
} from '../../src/kernel/oci/index.ts'
import type { Registry, Web } from '../../src/kernel/ports/index.ts'

/** A registry to be filled. */
export class MemoryRegistry implements Registry {
  readonly #manifests = new Map<string, { descriptor: Descriptor; bytes: Uint8Array }>()
  readonly #blobs = new Map<string, Uint8Array>()
  /** Every manifest asked for, in order. */
  readonly asked: string[] = []
  /** Every manifest of which only the digest was asked, in order. */
  readonly headed: string[] = []
  /** Whether it says digests without being read. */
  answersHead = true
  /** At most so many bytes of a blob per request, then the connection ends. */
  breaksAfter = Number.POSITIVE_INFINITY
  /** Whether it has the referrers API. */
  listsReferrers = true

  blobOf(bytes: Uint8Array | string, mediaType: string): Descriptor {
    const descriptor = { mediaType, digest: digestOf(bytes), size: Buffer.byteLength(bytes) }
    this.#blobs.set(descriptor.digest, Buffer.from(bytes))
    return descriptor
  }

  /** Serves a document under `repository:tag` and by its digest; gives its descriptor. */
  put(
    repository: string,
    tag: string,
    document: object,
    mediaType: string = mediaTypes.ociManifest,
  ): Descriptor {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }))
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
    this.#manifests.set(`${repository}:${tag}`, { descriptor, bytes })
    this.#manifests.set(`${repository}@${descriptor.digest}`, { descriptor, bytes })
    return descriptor
  }

  /** Gives what is served by a digest a tag. */
  tag(repository: string, tag: string, digest: Digest): void {
    const served = this.#manifests.get(`${repository}@${digest}`)
    if (served !== undefined) this.#manifests.set(`${repository}:${tag}`, served)
  }

  /** An image for one platform, its layers' contents given. */
  image(repository: string, tag: string, architecture: string, layers: readonly string[]): Descriptor {
    const config = this.blobOf(
      JSON.stringify({ os: 'linux', architecture }),
      'application/vnd.oci.image.config.v1+json',
    )
    const blobs = layers.map(layer => this.blobOf(layer, 'application/vnd.oci.image.layer.v1.tar'))
    return this.put(repository, tag, { config, layers: blobs })
  }

  async manifest(reference: Parameters<Registry['manifest']>[0]) {
    const { registry, repository, tag, digest } = reference
    const place = `${registry}/${repository}`
    this.asked.push(printReference(reference))
    const found = this.#manifests.get(digest === undefined ? `${place}:${tag}` : `${place}@${digest}`)
    if (found !== undefined) return found
    throw new SealiftError('IMAGE_NOT_FOUND', `${printReference(reference)} is not there`)
  }

  async digest(reference: Parameters<Registry['digest']>[0], { beside }: { beside?: Digest } = {}) {
    const { registry, repository, tag, digest } = reference
    this.headed.push(printReference(reference))
    if (!this.answersHead) return undefined
    const place = `${registry}/${repository}`
    const found = this.#manifests.get(digest === undefined ? `${place}:${tag}` : `${place}@${digest}`)
    return found?.descriptor.digest ?? (beside === undefined ? undefined : ('absent' as const))
  }

  async find(reference: Parameters<Registry['find']>[0]) {
    return this.manifest(reference).catch(() => undefined)
  }

  async tags({ registry, repository }: Parameters<Registry['tags']>[0]) {
    const before = `${registry}/${repository}:`
    return [...this.#manifests.keys()].flatMap(name =>
      name.startsWith(before) ? name.slice(before.length) : [],
    )
  }

  async referrers({ registry, repository }: Parameters<Registry['referrers']>[0], subject: Digest) {
    if (!this.listsReferrers) return undefined
    const here = [...this.#manifests].filter(([name]) => name.startsWith(`${registry}/${repository}@`))
    return here.flatMap(([, { descriptor, bytes }]) => {
      const manifest = JSON.parse(Buffer.from(bytes).toString()) as Partial<Manifest>
      return manifest.subject?.digest === subject ? descriptor : []
    })
  }

  async *blob(_repository: unknown, { digest }: Descriptor, { offset = 0 }: { offset?: number } = {}) {
    const bytes = this.#blobs.get(digest)
    if (bytes === undefined) throw new SealiftError('IMAGE_NOT_FOUND', `${digest} is not there`)
    yield bytes.subarray(offset, Math.min(bytes.length, offset + this.breaksAfter))
  }
}

/** A web server with these files, by address. */
export function memoryWeb(files: Readonly<Record<string, string | Uint8Array>>): Web {
  const read = (url: string): Uint8Array => {
    const bytes = files[url]
    if (bytes === undefined) throw new SealiftError('REGISTRY_FAILED', `${url} answered 404`)
    return Buffer.from(bytes)
  }
  return {
    text: async url => Buffer.from(read(url)).toString(),
    async *stream(url) {
      yield read(url)
    },
  }
}
