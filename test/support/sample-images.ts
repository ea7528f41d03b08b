/** The sample bundle's two images, with real layers and, if wanted, with what is attached to them. */
import { gzipSync } from 'node:zlib'
import type { BundleContents, BundleImage } from '../../src/bundle/layout/index.ts'
import type { BundleLock, LockedAttachment } from '../../src/bundle/lock/index.ts'
import {
  attachmentTypes,
  type Descriptor,
  digestOf,
  mediaTypes,
  parseManifest,
} from '../../src/kernel/oci/index.ts'
import {
  type AttachmentShape,
  attachmentManifest,
  attestationEntry,
  buildkitAttestation,
  cosignSignature,
  cyclonedx,
} from './attachments.ts'
import { type BlobStore, randomBytesOf, tarOf } from './sample-blobs.ts'

type LockedImage = BundleLock['images'][number]

/** Names of the sample's images: a single manifest, and an index of which one platform is carried. */
export const sampleImages = {
  plain: 'docker.io/infisical/infisical:v0.165.8',
  indexed: 'ghcr.io/external-secrets/external-secrets:v2.9.0',
} as const

/** What can be varied of the images. Sizes in bytes. */
export interface ImageOptions {
  readonly seed?: string
  readonly layerSize?: number
  readonly layers?: number
  /** Names the first image with its tag and its digest, as charts that pin do. */
  readonly pinFirst?: boolean
  /** What they are for; amd64 when left out. */
  readonly architecture?: 'amd64' | 'arm64'
  /** Carries an attestation of the indexed image's manifest, a signature of the plain one, an SBOM of the index. */
  readonly attachments?: boolean
}

/** The images as a bundle carries them, and as its lock names them. */
interface MadeImages {
  readonly images: readonly BundleImage[]
  readonly attachments: BundleContents['attachments'] & object
  readonly locked: readonly Omit<LockedImage, 'reasons'>[]
}

/** Makes both images in the store. */
export function makeImages(store: BlobStore, options: ImageOptions): MadeImages {
  const { bytesOf } = store
  const { architecture = 'amd64' } = options
  const platform = `linux/${architecture}`
  const plain = imageManifest(store, 'plain', options)
  const carried = imageManifest(store, 'indexed', options)
  const attestation = attach(store, buildkitAttestation(carried.digest), carried)
  const index = imageIndex(
    store,
    { carried, architecture },
    options.attachments ? [attestation.manifest] : [],
  )
  const signature = attach(store, cosignSignature(plain.digest), plain)
  const sbomType = 'application/vnd.cyclonedx+json'
  const document = { content: JSON.stringify(cyclonedx), mediaType: sbomType }
  const sbom = attach(store, { artifactType: sbomType, subject: index, layers: [document] }, index)

  const name = options.pinFirst ? `${sampleImages.plain}@${plain.digest}` : sampleImages.plain
  // As a registry without the API of referrers has it: the lock alone says so.
  const listed = { ...sbom, locked: { ...sbom.locked, list: digestOf('the list') } }
  const lockedTo = (...which: Attached[]) =>
    options.attachments ? { attachments: which.map(({ locked }) => locked) } : {}
  return {
    images: [
      { name, root: plain, manifests: [bytesOf(plain)] },
      {
        name: sampleImages.indexed,
        root: index,
        manifests: [index, carried, ...(options.attachments ? [attestation.manifest] : [])].map(bytesOf),
      },
    ],
    attachments: [signature, sbom].map(({ manifest, subject }) => ({
      subject: subject.digest,
      mediaType: manifest.mediaType,
      manifest: bytesOf(manifest),
    })),
    locked: [
      {
        name,
        digest: plain.digest,
        platforms: { [platform]: lockedPlatform(store, plain) },
        ...lockedTo(signature),
      },
      {
        name: sampleImages.indexed,
        digest: index.digest,
        platforms: { [platform]: lockedPlatform(store, carried) },
        ...lockedTo(attestation, listed),
      },
    ],
  }
}

function imageManifest({ store }: BlobStore, name: string, options: ImageOptions): Descriptor {
  const { seed = 'sample', layers = 2, layerSize = 3000, architecture = 'amd64' } = options
  const tars = Array.from({ length: layers }, (_, i) =>
    // The first layer is the same in both images, as base layers are.
    tarOf({ data: randomBytesOf(i === 0 ? seed : `${seed} ${name} ${i}`, layerSize) }),
  )
  const config = {
    architecture,
    os: 'linux',
    config: { Entrypoint: ['/data'] },
    rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    created: '1970-01-01T00:00:00Z',
  }
  const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip'
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: store(JSON.stringify(config), 'application/vnd.oci.image.config.v1+json'),
    layers: tars.map(tar => store(gzipSync(tar, { level: 1 }), layerType)),
  }
  return store(JSON.stringify(manifest), mediaTypes.ociManifest)
}

function imageIndex(
  { store }: BlobStore,
  { carried, architecture }: { carried: Descriptor; architecture: string },
  attestations: Descriptor[],
): Descriptor {
  const other =
    architecture === 'arm64' ? { architecture: 'amd64' } : { architecture: 'arm64', variant: 'v8' }
  const absent = { mediaType: mediaTypes.ociManifest, digest: digestOf('absent'), size: 400 }
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [
      { ...carried, platform: { os: 'linux', architecture } },
      { ...absent, platform: { os: 'linux', ...other } },
      ...attestations.map(manifest => attestationEntry(manifest, carried.digest)),
    ],
  }
  return store(JSON.stringify(index), mediaTypes.ociIndex)
}

function lockedPlatform({ bytesOf }: BlobStore, manifest: Descriptor): LockedImage['platforms'][string] {
  const { config, layers } = parseManifest(bytesOf(manifest), 'sample')
  return {
    manifest: manifest.digest,
    config: { digest: config.digest, size: config.size },
    layers: Object.fromEntries(layers.map(({ digest, size }) => [digest, size])),
  }
}

interface Attached {
  readonly manifest: Descriptor
  readonly subject: Descriptor
  readonly locked: LockedAttachment
}

function attach({ store, bytesOf }: BlobStore, shape: AttachmentShape, subject: Descriptor): Attached {
  const manifest = store(JSON.stringify(attachmentManifest(shape, store)), mediaTypes.ociManifest)
  const { digest, size } = manifest
  const parsed = parseManifest(bytesOf(manifest), 'sample')
  const blobs = Object.fromEntries([parsed.config, ...parsed.layers].map(blob => [blob.digest, blob.size]))
  const locked = { subject: subject.digest, manifest: digest, size, blobs }
  return { manifest, subject, locked: { ...attachmentTypes(parsed), ...locked } as LockedAttachment }
}
