/** A few-kilobyte OCI layout in a tar, put together in memory, whole or with a fault. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { annotations, type Digest, mediaTypes } from '../../src/kernel/oci/index.ts'
import { type Entry, tarStream } from './connected/tar.ts'

/** One image of a layout: its full name, and the one file in its one layer. */
export interface TinyImage {
  readonly name: string
  readonly file: string
  /** `index`: the name points at an index that also lists an architecture which is not in the layout. */
  readonly form?: 'manifest' | 'index'
}

/** A layout, and the digests that containerd should show. */
export interface TinyLayout {
  readonly tar: Buffer
  /** Digest of what each name points at. */
  readonly digests: Readonly<Record<string, Digest>>
  /** Path in the tar of each image's layer. */
  readonly layers: Readonly<Record<string, string>>
}

const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch }
const otherPlatform = { os: 'linux', architecture: 's390x' }

async function bytesOf(entries: readonly Entry[]): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of tarStream(entries)) parts.push(part)
  return Buffer.concat(parts)
}

/** Makes the layout; paths in `without` are left out of the tar. */
export async function tinyLayout(
  images: readonly TinyImage[],
  without: readonly string[] = [],
): Promise<TinyLayout> {
  const blobs = new Map<Digest, Buffer>()
  const store = (bytes: Buffer, mediaType: string) => {
    const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const json = (value: unknown, mediaType: string) => store(Buffer.from(JSON.stringify(value)), mediaType)

  const named = []
  const layers: Record<string, string> = {}
  for (const { name, file, form } of images) {
    const content = await bytesOf([{ path: 'file', content: file }])
    const diffId = `sha256:${createHash('sha256').update(content).digest('hex')}`
    const layer = store(gzipSync(content), 'application/vnd.oci.image.layer.v1.tar+gzip')
    const rootfs = { type: 'layers', diff_ids: [diffId] }
    const config = json({ ...platform, config: {}, rootfs }, 'application/vnd.oci.image.config.v1+json')
    const manifest = json(
      { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] },
      mediaTypes.ociManifest,
    )
    const absent = { ...manifest, digest: `sha256:${'0'.repeat(64)}`, platform: otherPlatform }
    const manifests = [{ ...manifest, platform }, absent]
    const top =
      form === 'index'
        ? json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }, mediaTypes.ociIndex)
        : manifest
    named.push({ ...top, annotations: { [annotations.containerdName]: name, [annotations.refName]: name } })
    layers[name] = blobFile(layer.digest)
  }
  const entries: Entry[] = [
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests: named }) },
    ...[...blobs].map(([digest, content]) => ({ path: blobFile(digest), content })),
  ]
  const digests = Object.fromEntries(named.map(({ digest }, i) => [images[i]?.name ?? '', digest]))
  return { tar: await bytesOf(entries.filter(({ path }) => !without.includes(path))), digests, layers }
}

function blobFile(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`
}
