/** Images and what is attached to them, made by hand for our own registry; tags can be moved while it runs. */
import { type Descriptor, type Digest, digestOf, hexOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import {
  type AttachmentShape,
  attachmentManifest,
  attestationEntry,
  buildkitAttestation,
} from './attachments.ts'
import type { ServedImage } from './faulty-registry.ts'

/** What `startFaultyRegistry` serves, by `repository:tag`; manifests without a tag are under their digest's hex. */
export class ServedStore {
  readonly images: Record<string, ServedImage> = {}

  put(
    repository: string,
    tag: string | undefined,
    document: object,
    mediaType: string = mediaTypes.ociManifest,
    blobs: readonly Buffer[] = [],
  ): Descriptor {
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }))
    const descriptor = { mediaType, digest: digestOf(manifest), size: manifest.length }
    const served = { mediaType, manifest, blobs }
    this.images[`${repository}:${hexOf(descriptor.digest)}`] = served
    if (tag !== undefined) this.images[`${repository}:${tag}`] = served
    return descriptor
  }

  /** A manifest with a config and these layers. */
  image(repository: string, tag: string | undefined, architecture: string, layer: string): Descriptor {
    const config = Buffer.from(JSON.stringify({ os: 'linux', architecture }))
    const blobs = [config, Buffer.from(layer)]
    const [first, ...layers] = blobs.map((bytes, i) => ({
      mediaType: `application/vnd.oci.image.${i === 0 ? 'config.v1+json' : 'layer.v1.tar'}`,
      digest: digestOf(bytes),
      size: bytes.length,
    }))
    return this.put(repository, tag, { config: first, layers }, mediaTypes.ociManifest, blobs)
  }

  /** An index of two platforms; with `attested` each has an attestation in buildkit's form. */
  twoPlatforms(
    repository: string,
    tag: string,
    seed: string,
    attested = false,
  ): Record<'index' | 'amd64' | 'arm64', Digest> {
    const [amd64, arm64] = [
      this.image(repository, undefined, 'amd64', `${seed} amd64`),
      this.image(repository, undefined, 'arm64', `${seed} arm64`),
    ]
    const entries = [
      { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
    ]
    const attestations = attested
      ? [amd64, arm64].map(({ digest }) =>
          attestationEntry(this.attach(repository, undefined, buildkitAttestation(digest)), digest),
        )
      : []
    const manifests = [...entries, ...attestations]
    const index = this.put(repository, tag, { manifests }, mediaTypes.ociIndex)
    return { index: index.digest, amd64: amd64.digest, arm64: arm64.digest }
  }

  attach(repository: string, tag: string | undefined, shape: AttachmentShape): Descriptor {
    const blobs: Buffer[] = []
    const manifest = attachmentManifest(shape, (content, mediaType) => {
      blobs.push(Buffer.from(content))
      return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) }
    })
    return this.put(repository, tag, manifest, mediaTypes.ociManifest, blobs)
  }
}
