/** A small bundle that is valid in every part, made in memory: real layers, a chart, a spec, a lock, a tool. */
import { createCipheriv, createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { entryHeader, paddedSize } from '../../src/archive/index.ts'
import {
  type BundleContents,
  type BundleImage,
  type BundlePlan,
  lockTitle,
  planBundle,
  specTitle,
} from '../../src/bundle/index.ts'
import type { BundleLock, LockedAttachment } from '../../src/lock/index.ts'
import {
  annotations,
  attachmentTypes,
  canonicalJson,
  type Descriptor,
  type Digest,
  digestOf,
  mediaTypes,
  parseManifest,
} from '../../src/oci/index.ts'
import { printYaml } from '../../src/yaml/index.ts'
import {
  type AttachmentShape,
  attachmentManifest,
  attestationEntry,
  buildkitAttestation,
  cosignSignature,
  cyclonedx,
} from './attachments.ts'

/** Names of the sample's images: a single manifest, and an index of which only linux/amd64 is carried. */
export const sampleImages = {
  plain: 'docker.io/infisical/infisical:v0.165.8',
  indexed: 'ghcr.io/external-secrets/external-secrets:v2.9.0',
} as const

/** What can be varied. Sizes in bytes. */
export interface SampleOptions {
  readonly seed?: string
  readonly layerSize?: number
  readonly layers?: number
  /** Names the first image with its tag and its digest, as charts that pin do. */
  readonly pinFirst?: boolean
  /** Carries an attestation of the indexed image's manifest, a signature of the plain one, an SBOM of the index. */
  readonly attachments?: boolean
  /** Changes the lock before it goes into the bundle. */
  readonly lock?: (lock: BundleLock) => unknown
  /** Changes the contents before the plan is made. */
  readonly contents?: (contents: BundleContents) => BundleContents
}

/** The sample: what went in, its plan, the blobs that would be fetched, and the finished file. */
export interface SampleBundle {
  readonly contents: BundleContents
  readonly plan: BundlePlan
  readonly lock: BundleLock
  readonly blobs: ReadonlyMap<Digest, Uint8Array>
  readonly file: Buffer
}

/** Bytes that look random and are the same for one seed. */
function randomBytesOf(seed: string, size: number): Buffer {
  const key = createHash('md5').update(seed).digest()
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

/** An uncompressed tar with these files. */
function tarOf(files: Readonly<Record<string, Uint8Array | string>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const body = Buffer.from(content)
    const padding = Buffer.alloc(paddedSize(body.length) - body.length)
    return [entryHeader(name, 'file', body.length, 0), body, padding]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** Makes the sample bundle. The same options give the same bytes. */
export function sampleBundle(options: SampleOptions = {}): SampleBundle {
  const { seed = 'sample', layers = 2, layerSize = 3000 } = options
  const blobs = new Map<Digest, Uint8Array>()
  const store = (content: Uint8Array | string, mediaType: string): Descriptor => {
    const bytes = Buffer.from(content)
    blobs.set(digestOf(bytes), bytes)
    return { mediaType, digest: digestOf(bytes), size: bytes.length }
  }
  const bytesOf = ({ digest }: Descriptor) => blobs.get(digest) ?? new Uint8Array()

  const lockedPlatform = (manifest: Descriptor): BundleLock['images'][number]['platforms'][string] => {
    const { config, layers } = parseManifest(bytesOf(manifest), 'sample')
    return {
      manifest: manifest.digest,
      config: { digest: config.digest, size: config.size },
      layers: Object.fromEntries(layers.map(({ digest, size }) => [digest, size])),
    }
  }

  const manifestOf = (name: string): Descriptor => {
    const tars = Array.from({ length: layers }, (_, i) =>
      // The first layer is the same in both images, as base layers are.
      tarOf({ data: randomBytesOf(i === 0 ? seed : `${seed} ${name} ${i}`, layerSize) }),
    )
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/data'] },
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
      created: '1970-01-01T00:00:00Z',
    }
    const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip'
    return store(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: store(JSON.stringify(config), 'application/vnd.oci.image.config.v1+json'),
        layers: tars.map(tar => store(gzipSync(tar, { level: 1 }), layerType)),
      }),
      mediaTypes.ociManifest,
    )
  }
  const plain = manifestOf('plain')
  const plainName = options.pinFirst ? `${sampleImages.plain}@${plain.digest}` : sampleImages.plain
  const amd64 = manifestOf('indexed')
  const attached = (shape: AttachmentShape, subject: Descriptor) => {
    const manifest = store(JSON.stringify(attachmentManifest(shape, store)), mediaTypes.ociManifest)
    const { digest, size } = manifest
    const parsed = parseManifest(bytesOf(manifest), 'sample')
    const types = attachmentTypes(parsed)
    const blobs = Object.fromEntries([parsed.config, ...parsed.layers].map(blob => [blob.digest, blob.size]))
    const locked = { subject: subject.digest, manifest: digest, size, blobs }
    return { manifest, subject, locked: { ...types, ...locked } as LockedAttachment }
  }
  const attestation = attached(buildkitAttestation(amd64.digest), amd64)
  const absent = { mediaType: mediaTypes.ociManifest, digest: digestOf('absent'), size: 400 }
  const index = store(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [
        { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
        { ...absent, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
        ...(options.attachments ? [attestationEntry(attestation.manifest, amd64.digest)] : []),
      ],
    }),
    mediaTypes.ociIndex,
  )
  const images: BundleImage[] = [
    { name: plainName, root: plain, manifests: [bytesOf(plain)] },
    {
      name: sampleImages.indexed,
      root: index,
      manifests: [index, amd64, ...(options.attachments ? [attestation.manifest] : [])].map(bytesOf),
    },
  ]
  const signature = attached(cosignSignature(plain.digest), plain)
  const sbomType = 'application/vnd.cyclonedx+json'
  const document = { content: JSON.stringify(cyclonedx), mediaType: sbomType }
  const sbom = attached({ artifactType: sbomType, subject: index, layers: [document] }, index)
  const lockedTo = (...which: { locked: LockedAttachment }[]) =>
    options.attachments ? { attachments: which.map(({ locked }) => locked) } : {}

  const chartYaml = 'apiVersion: v2\nname: demo\nversion: 1.2.3\n'
  const chartPackage = store(gzipSync(tarOf({ 'demo/Chart.yaml': chartYaml })), mediaTypes.helmChart)
  const chartConfig = Buffer.from('{"apiVersion":"v2","name":"demo","version":"1.2.3"}')
  const chartManifest = Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.helmConfig, digest: digestOf(chartConfig), size: chartConfig.length },
      layers: [chartPackage],
    }),
  )
  const tool = store(
    gzipSync(tarOf({ 'linux-amd64/helm': `#!/bin/sh\necho ${seed}\n` })),
    mediaTypes.bundleTool,
  )
  const content = ({ digest, size }: Descriptor) => ({ digest, size })
  const spec = 'apiVersion: sealift.dev/v1\nkind: Bundle\nmetadata: {name: sample, version: 1.0.0}\n'
  const reasons = [
    { chart: 'demo', object: 'Deployment/demo', field: 'spec.template.spec.containers[0].image' },
  ]
  const lock: BundleLock = {
    apiVersion: 'sealift.dev/v1',
    kind: 'BundleLock',
    metadata: { name: 'sample', version: '1.0.0' },
    platforms: ['linux/amd64'],
    kubernetes: '1.36.0',
    files: [{ path: specTitle, digest: digestOf(spec) }],
    charts: [
      {
        name: 'demo',
        version: '1.2.3',
        release: 'demo',
        namespace: 'demo',
        source: 'oci://registry.example/charts/demo',
        manifest: { digest: digestOf(chartManifest), size: chartManifest.length },
        package: content(chartPackage),
      },
    ],
    images: [
      {
        name: plainName,
        digest: plain.digest,
        platforms: { 'linux/amd64': lockedPlatform(plain) },
        reasons,
        ...lockedTo(signature),
      },
      {
        name: sampleImages.indexed,
        digest: index.digest,
        platforms: { 'linux/amd64': lockedPlatform(amd64) },
        reasons,
        ...lockedTo(attestation, sbom),
      },
    ],
    tools: [
      {
        name: 'helm',
        version: '4.1.4',
        platform: 'linux/amd64',
        source: 'path',
        content: content(tool),
        member: 'linux-amd64/helm',
      },
    ],
    suspects: [],
    budget: { memory: '640Mi', cpu: '300m', declared: { memory: 0, cpu: 0 }, containers: [] },
  }
  const lockText = printYaml(options.lock?.(lock) ?? lock, { sorted: true })
  const toolNotes = {
    [annotations.toolName]: 'helm',
    [annotations.toolVersion]: '4.1.4',
    [annotations.toolPlatform]: 'linux/amd64',
    [annotations.toolMember]: 'linux-amd64/helm',
  }
  const made: BundleContents = {
    images,
    charts: [{ name: 'demo', version: '1.2.3', manifest: chartManifest }],
    files: [
      { title: specTitle, mediaType: mediaTypes.bundleSpec, bytes: Buffer.from(spec) },
      { title: lockTitle, mediaType: mediaTypes.bundleLock, bytes: Buffer.from(lockText) },
      { title: 'budget.json', mediaType: mediaTypes.bundleBudget, bytes: Buffer.from('{}') },
      {
        title: 'tools/helm.tar.gz',
        mediaType: mediaTypes.bundleTool,
        content: content(tool),
        annotations: toolNotes,
      },
    ],
    blobs: [chartConfig],
    ...(options.attachments
      ? {
          attachments: [signature, sbom].map(({ manifest, subject }) => ({
            subject: subject.digest,
            mediaType: manifest.mediaType,
            manifest: bytesOf(manifest),
          })),
        }
      : {}),
  }
  const contents = options.contents?.(made) ?? made
  const plan = planBundle(contents, 0)
  return { contents, plan, lock, blobs, file: finished(plan, blobs) }
}

/** The file that a plan describes, put together without any of the code that fetches. */
export function finished(plan: BundlePlan, blobs: ReadonlyMap<Digest, Uint8Array>): Buffer {
  const file = Buffer.alloc(plan.size)
  for (const { bytes, offset } of plan.pieces) file.set(bytes, offset)
  for (const { digest, offset } of plan.wanted) file.set(blobs.get(digest) ?? new Uint8Array(), offset)
  return file
}
