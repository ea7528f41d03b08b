import * as z from 'zod'
import { loadingWays } from '../../kernel/inputs/index.ts'
import { fieldChange } from '../../kernel/objects/index.ts'
import { digestShape } from '../../kernel/oci/index.ts'

const text = z.string().max(4000)
const list = <T extends z.ZodType>(item: T) => z.array(item).max(100_000)

/** One Kubernetes object that an install looks at, and what becomes of it. */
export const plannedObject = z.strictObject({
  /** `stays` where it is as the install would make it. */
  change: z.enum(['create', 'change', 'remove', 'stays']),
  apiVersion: text,
  kind: text,
  /** Left out for what belongs to the whole cluster. */
  namespace: text.optional(),
  name: text,
  /** Id of the install's step that does it: `release-infisical`. */
  step: text,
  /** What differs, as the API server's dry run has it; of a Secret the paths only, when it is made its keys. */
  fields: z.array(fieldChange).max(1000),
  /** Fields that differ beyond those. */
  more: z.number().int().nonnegative(),
  /**
   * Of an object that is made, as it is applied, without times of day and without marks of secrets; of one that is changed,
   * what differs beyond what `fields` shows. None of a Secret.
   */
  digest: digestShape.optional(),
  /** Why it is shown as it is rendered, and not as the API server would have it. */
  note: text.optional(),
})
export type PlannedObject = z.infer<typeof plannedObject>

/** Something that is no Kubernetes object and would be made, changed or taken away. Holds no secret. */
export const plannedChange = z.strictObject({
  change: z.enum(['create', 'change', 'remove']),
  kind: text,
  name: text,
  detail: text,
})
export type PlannedChange = z.infer<typeof plannedChange>

/** What a node, or the site's registry, lacks of a bundle. */
export const plannedNode = z.strictObject({
  /** Its name, or the registry's host. */
  node: text,
  images: list(plannedChange.extend({ digest: digestShape })),
  /** Of all that is brought there, each layer counted once. */
  bytes: z.number().nonnegative(),
})
export type PlannedNode = z.infer<typeof plannedNode>

/** What an install of a bundle would change on a site, as the site was then: `plan -o` writes it, `install --plan` holds to it. */
export const installPlan = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('Plan'),
  /** ISO time. */
  madeAt: z.iso.datetime(),
  bundle: z.strictObject({ name: text, version: text, digest: digestShape }),
  /** Its name, and a digest of what its file says. */
  site: z.strictObject({ name: text, digest: digestShape }),
  /** The way by which images come to the nodes. */
  load: z.enum(loadingWays),
  /** Version of the API server, and the uid of namespace kube-system, by which a cluster is known. */
  kubernetes: z.strictObject({ version: text, cluster: text }),
  /** Whether an install would change nothing. */
  equal: z.boolean(),
  /** Helm releases, and why they are upgraded. */
  releases: list(plannedChange),
  objects: list(plannedObject),
  nodes: list(plannedNode),
  /** Role, database and tables in PostgreSQL. */
  database: list(plannedChange),
  /** What is done through Infisical's API. */
  infisical: list(plannedChange),
  /** Files beside the site file, and in K3s's folder of images. */
  files: list(plannedChange),
  /** Where an older version is installed: what an upgrade would be. */
  upgrade: z
    .strictObject({
      from: text,
      /** What forbids it, in sentences. */
      unfit: list(text),
      /** What is to be known of it, in sentences. */
      expect: list(text),
      /** Names of the migrations that the new server will run, in their order. */
      migrations: list(text),
      /** How long nobody is answered, and what that is made of, in sentences; it is no promise, and may differ each time. */
      downtime: z.strictObject({ seconds: z.number().exactOptional(), from: list(text) }),
    })
    .exactOptional(),
  /** What nobody can tell yet, in sentences. */
  unknown: list(text),
  /** What the site would refuse, in sentences: the install would end there. */
  refused: list(text),
})
export type InstallPlan = z.infer<typeof installPlan>
