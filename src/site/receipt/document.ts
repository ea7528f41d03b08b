import * as z from 'zod'
import { voucher } from '../../bundle/sign/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'
import { budgetAccount } from '../check/index.ts'
import { stepOutcome } from '../install/index.ts'
import { receiptUpgrade } from './upgrade.ts'

/**
 * How an image is on a node. What a node's runtime says: `pinned`, `unpinned`, `incomplete` (content is missing),
 * `other` (something else under its name) or `absent`. What only the API tells, of a node whose runtime could not be
 * asked: `present`, or `untold`, since a node names its largest images alone.
 */
const imageState = z.enum(['pinned', 'unpinned', 'incomplete', 'other', 'absent', 'present', 'untold'])
export type ImageState = z.infer<typeof imageState>

const node = z.strictObject({
  name: z.string(),
  architecture: z.string(),
  kubelet: z.string(),
  runtime: z.string(),
  /** Images of the bundle, in the order of its lock. */
  images: z.array(z.strictObject({ name: z.string(), digest: digestShape, state: imageState })),
})
export type NodeImages = z.infer<typeof node>

const object = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().exactOptional(),
  name: z.string(),
})
export type NamedObject = z.infer<typeof object>

const release = z.strictObject({
  release: z.string(),
  namespace: z.string(),
  chart: z.string(),
  version: z.string(),
  /** Helm's revision, and the objects that its manifest names; absent where they could not be read. */
  revision: z.number().exactOptional(),
  objects: z.array(object).exactOptional(),
})
export type ReceiptRelease = z.infer<typeof release>

/** What an auditor is given: what was installed on a site, by whom, how, and what is there of it now. Holds no secret. */
export const siteReceipt = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('Receipt'),
  site: z.string(),
  bundle: z.strictObject({
    name: z.string(),
    version: z.string(),
    digest: digestShape,
    /** Fingerprint of the key that signed it, or `unsigned`. */
    key: voucher,
  }),
  /** ISO time at which the install was proven. */
  proven: z.string(),
  /** The last run that has changed something. */
  run: z.strictObject({
    by: z.string().exactOptional(),
    sealift: z.string().exactOptional(),
    /** ISO time of its first step; absent where nothing is known of the run. */
    started: z.string().exactOptional(),
    steps: z.array(stepOutcome),
  }),
  kubernetes: z.string(),
  nodes: z.array(node),
  releases: z.array(release),
  budget: budgetAccount,
  /** What the nodes together have for pods; absent where they do not say. Bytes and millicores. */
  allocatable: z.strictObject({ memory: z.number(), cpu: z.number() }).exactOptional(),
  /** The site's own audit log: its entries, the digest of the last one, and whether the chain holds; absent where there is none. */
  audit: z.strictObject({ entries: z.number(), head: digestShape, whole: z.boolean() }).exactOptional(),
  /** The upgrade that brought this bundle, or that was tried over it and came back; absent where there was none. */
  upgrade: receiptUpgrade.exactOptional(),
  /** An install that was begun over it since and has not come to its end. */
  begun: z
    .strictObject({ name: z.string(), version: z.string(), since: z.string().exactOptional() })
    .exactOptional(),
  /** What could not be told, and why, a sentence each. */
  untold: z.array(z.string()),
  /** Who has written this down, with which Sealift, and when (ISO). */
  written: z.strictObject({ by: z.string(), sealift: z.string(), at: z.string() }),
})
export type SiteReceipt = z.infer<typeof siteReceipt>
