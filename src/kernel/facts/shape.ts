import * as z from 'zod'
import { siteName } from '../fields/index.ts'
import { digestShape } from '../oci/index.ts'

// Bounds are far above what a site has: the file comes from another machine, and may be anything.
const text = z.string().max(300)
const amount = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER)

/** An image as a node has it. */
const nodeImage = z.object({
  name: text.describe('Its full name'),
  digest: digestShape.describe('Digest of what the name points at: an index or a manifest'),
  pinned: z
    .boolean()
    .exactOptional()
    .describe('Whether kubelet leaves it alone; left out where that is not known'),
  complete: z
    .boolean()
    .exactOptional()
    .describe('Whether all its content is in containerd; left out where only kubelet was asked'),
})
export type NodeImage = z.infer<typeof nodeImage>

const node = z.object({
  name: text.describe('Name of the Node'),
  platform: z
    .string()
    .regex(/^[a-z0-9]{1,20}\/[a-z0-9_]{1,20}$/, 'a platform such as linux/amd64')
    .describe('Operating system and architecture'),
  kubelet: text.exactOptional().describe('Version of its kubelet, which is that of K3s'),
  runtime: text.exactOptional().describe('Its container runtime and version: containerd://2.1.4'),
  ready: z.boolean().describe('Whether it is ready and takes pods'),
  allocatable: z
    .object({ memory: amount.describe('Bytes'), cpu: amount.describe('Millicores') })
    .describe('What pods may request there in all'),
  free: amount
    .exactOptional()
    .describe('Bytes that are free where images are kept; left out where kubelet does not say'),
  images: z.array(nodeImage).max(20_000).describe('Its images, as far as they are known'),
  seenBy: z
    .enum(['containerd', 'kubelet'])
    .describe('Who named the images: its containerd, or kubelet, which names only the largest'),
})
export type NodeFacts = z.infer<typeof node>

/**
 * What a site is like, as `sealift facts` has found it: for the connected host, which sees none of it. Holds no secret.
 * Fields that this version does not know are left out.
 */
export const siteFacts = z
  .object({
    apiVersion: z.literal('sealift.dev/v1').describe('Version of this format'),
    kind: z.literal('Facts').describe('What this file is'),
    madeAt: z.iso.datetime().describe('When it was found out'),
    site: siteName.describe('metadata.name of site.yaml'),
    kubernetes: z
      .object({
        version: z
          .string()
          .max(100)
          .regex(/^v?\d{1,5}\.\d{1,5}\.\d{1,5}([-+.][0-9A-Za-z.+-]+)?$/, 'a version such as v1.36.3+k3s1')
          .describe('As the API server says it'),
        apis: z
          .array(
            z
              .string()
              .max(300)
              .regex(
                /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?v\d+((alpha|beta)\d+)?(\/[A-Z][A-Za-z0-9]*)?$/,
                'group/version or group/version/Kind',
              ),
          )
          .max(20_000)
          .describe('Every group/version, and every kind in it'),
      })
      .describe('The API server'),
    nodes: z.array(node).min(1).max(2_000).describe('Every node'),
    installed: z
      .object({ name: text, version: text, digest: digestShape, at: z.iso.datetime() })
      .exactOptional()
      .describe('The bundle that was installed to its end last'),
    releases: z
      .array(z.object({ release: text, namespace: text, chart: text, version: text }))
      .max(1_000)
      .default([])
      .describe('The Helm releases of that bundle'),
    externalSecrets: z
      .number()
      .int()
      .nonnegative()
      .exactOptional()
      .describe('How many ExternalSecrets there are'),
  })
  .describe('What a site is like, for whoever makes bundles for it')
export type SiteFacts = z.infer<typeof siteFacts>
