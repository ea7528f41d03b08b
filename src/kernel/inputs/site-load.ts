import * as z from 'zod'
import { registryFields } from './site-registry.ts'

/** The ways by which images come to a site's nodes. */
export const loadingWays = ['containerd', 'images-dir', 'registry', 'cluster'] as const

/** One of {@link loadingWays}. */
export type LoadingWayName = (typeof loadingWays)[number]

/** How images come to the nodes: site.yaml's `load`. */
export const loadFields = z.strictObject({
  way: z
    .enum(loadingWays)
    .optional()
    .describe(
      "containerd of this node, K3s's folder of images (images-dir), the site's own registry, or every node through the cluster; when left out containerd where this machine is the only node, else cluster",
    ),
  dataDir: z
    .string()
    .regex(/^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0]*$/, 'an absolute path without ..')
    .optional()
    .describe(
      "K3s's --data-dir on this node, below which its folder of images is; /var/lib/rancher/k3s when left out",
    ),
  registry: registryFields.optional().describe("The site's own registry, for way registry"),
})

/** How images come to the nodes, as site.yaml has it. */
export type LoadFields = z.infer<typeof loadFields>
