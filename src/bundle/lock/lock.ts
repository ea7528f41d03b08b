import * as z from 'zod'
import { image as imageName, relativePath } from '../../kernel/fields/index.ts'
import { attachmentKinds, type Digest, digestShape as digest } from '../../kernel/oci/index.ts'

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const content = z.strictObject({ digest, size })

/** Why an image is in the bundle: which field of which rendered object of which chart names it. */
const reason = z.strictObject({
  /** Chart name, or `spec` for an image the spec lists itself. */
  chart: z.string(),
  /** `Kind/name` of the rendered object; empty for the spec. */
  object: z.string(),
  /** Path of the field, `spec.template.spec.containers[0].image`. */
  field: z.string(),
})

const chart = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** Helm release and namespace that the chart is installed as. */
  release: z.string(),
  namespace: z.string(),
  /** Where it came from, as the spec says: `oci://…`, `https://…` or a path. */
  source: z.string(),
  /** The Helm OCI artifact's manifest: the registry's own, or the one Sealift makes around the package. */
  manifest: content,
  /** The package (.tgz). */
  package: content,
})

/** A signature, attestation, SBOM or other artifact that its registry has attached to an image. */
const attachment = z.strictObject({
  kind: z.enum(attachmentKinds),
  /** The image's index or manifest that it is about. */
  subject: digest,
  manifest: digest,
  /** Bytes of its manifest. */
  size,
  /** The tag it was found by, where cosign gave it one. */
  tag: z.string().optional(),
  /** The list that names it, where its registry keeps that under a tag (OCI 1.1, referrers tag schema). */
  list: digest.optional(),
  artifactType: z.string().optional(),
  /** What its statements are about, `https://spdx.dev/Document`. */
  predicateTypes: z.array(z.string()).optional(),
  blobs: z.record(digest, size),
})

const image = z.strictObject({
  /** Full name as the charts use it. */
  name: imageName,
  /** What the name pointed at when it was locked: an index or a manifest. */
  digest,
  /**
   * Per platform the manifest, and what it refers to: the config, which always travels, and the layers with
   * their bytes, each once. What a delta leaves out and what `diff` counts is known from two locks alone.
   */
  platforms: z.record(
    z.string(),
    z.strictObject({ manifest: digest, config: content, layers: z.record(digest, size) }),
  ),
  reasons: z.array(reason),
  /** It is only suspected to be one, and was taken by `lock --accept-suspects`; later locks keep it. */
  accepted: z.literal(true).optional(),
  /** Left out where nobody looked; empty where nothing was found. */
  attachments: z.array(attachment).optional(),
})

const tool = z.strictObject({
  name: z.string(),
  version: z.string(),
  platform: z.string(),
  source: z.string(),
  content,
  /** The artifact's manifest, of one out of a registry; locks of an older Sealift have none. */
  manifest: content.optional(),
  member: z.string().optional(),
})

/** One container's share of the budget. Memory in bytes, CPU in millicores, both for all replicas together. */
const share = z.strictObject({
  chart: z.string(),
  object: z.string(),
  container: z.string(),
  init: z.boolean(),
  replicas: z.number().int().nonnegative(),
  memory: z.number(),
  cpu: z.number(),
  memoryLimit: z.number().optional(),
})

/** The shape of bundle.lock.yaml. */
export const bundleLock = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('BundleLock'),
  metadata: z.strictObject({ name: z.string(), version: z.string() }),
  platforms: z.array(z.string()),
  kubernetes: z.string(),
  /** bundle.yaml and every values file, by path below the spec's folder. */
  files: z.array(z.strictObject({ path: relativePath, digest })),
  charts: z.array(chart),
  images: z.array(image),
  tools: z.array(tool),
  /** Strings that look like images but could not be proven; a person decides. */
  suspects: z.array(
    z.strictObject({ text: z.string(), chart: z.string(), object: z.string(), field: z.string() }),
  ),
  budget: z.strictObject({
    memory: z.string(),
    cpu: z.string(),
    declared: z.strictObject({ memory: z.number(), cpu: z.number() }),
    containers: z.array(share),
  }),
})

/** The JSON Schema of bundle.lock.yaml. */
export function lockJsonSchema(): unknown {
  return z.toJSONSchema(bundleLock, { unrepresentable: 'any' })
}

/** Bytes of an image's configs and layers for all its platforms, each blob once. */
export function imageBytes({ platforms }: Pick<LockedImage, 'platforms'>): number {
  return bytesOf(Object.values(platforms))
}

/** Bytes of all images' configs and layers for one platform, each blob once: what a node takes in. */
export function platformBytes({ images }: Pick<BundleLock, 'images'>, platform: string): number {
  return bytesOf(images.flatMap(({ platforms }) => platforms[platform] ?? []))
}

function bytesOf(carried: readonly LockedImage['platforms'][string][]): number {
  const blobs = new Map(
    carried.flatMap(({ config, layers }) => [
      [config.digest, config.size] as const,
      ...(Object.entries(layers) as [Digest, number][]),
    ]),
  )
  return [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** Exactly what a spec resolved to: every chart, image and tool by digest, each image with its reasons. */
export type BundleLock = z.infer<typeof bundleLock>
export type LockedChart = BundleLock['charts'][number]
export type LockedImage = BundleLock['images'][number]
export type LockedAttachment = NonNullable<LockedImage['attachments']>[number]
export type LockedTool = BundleLock['tools'][number]
export type Share = BundleLock['budget']['containers'][number]
