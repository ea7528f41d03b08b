import * as z from 'zod'
import { openBundle, signaturePath } from '../../bundle/layout/index.ts'
import { bundledHelm, requireTrusted } from '../../bundle/opening/index.ts'
import type { LoadingWayName, Site } from '../../kernel/inputs/index.ts'
import { asStep, type KubernetesObject, type SiteHost, type Talk } from '../../kernel/ports/index.ts'
import { joined, type Rule, type Where } from '../../kernel/rights/index.ts'
import {
  grantingObjects,
  neededRules,
  type RightsOf,
  rightsOf,
  type SiteVerb,
  type Subject,
} from '../rights/index.ts'

/** Whose rights, and for what. */
export interface RbacRequest {
  /** Path of the bundle. */
  readonly bundle: string
  readonly site: Site
  readonly verbs: readonly SiteVerb[]
  /** How images come to the nodes, where it is another way than the site file's. */
  readonly load?: LoadingWayName | undefined
  /** What verbs need that are not the site's; `where` says in which namespaces Infisical and its operator are. */
  readonly others: (where: Where) => readonly Rule[]
  readonly subject: Subject
  /** Name of every Role and binding. */
  readonly name: string
  readonly grants: RightsOf['grants']
  readonly allowUnsigned: boolean
}

/** The rights, as rules and as the objects that give them. */
export const rbacResult = z.strictObject({
  rules: z.array(
    z.strictObject({
      apiGroup: z.string(),
      resource: z.string(),
      subresource: z.string().exactOptional(),
      verbs: z.array(z.string()),
      /** Where; in the whole cluster when left out. */
      namespace: z.string().exactOptional(),
      /** For these objects alone. */
      names: z.array(z.string()).exactOptional(),
    }),
  ),
  /** To be applied, in this order. */
  objects: z.array(z.looseObject({ apiVersion: z.string(), kind: z.string() })),
})
export interface RbacResult {
  readonly rules: readonly Rule[]
  readonly objects: readonly KubernetesObject[]
}

/**
 * Says which rights verbs need at a site, for a bundle. Its charts are rendered, by the helm in it; no cluster is asked.
 * @throws SealiftError BUNDLE_*, SIGNATURE_INVALID, KEY_INVALID, SPEC_INVALID, RENDER_FAILED, FILE_FAILED
 */
export async function rbac(
  request: RbacRequest,
  host: Pick<SiteHost, 'files' | 'platform' | 'helmFrom'>,
  { reporter, signal }: Talk,
): Promise<RbacResult> {
  const { site, grants, subject, name } = request
  const { files } = host
  const source = await files.openBundle(request.bundle)
  try {
    const bundle = await openBundle(source)
    await requireTrusted(signaturePath(source), bundle, site, request.allowUnsigned, files)
    const helm = await bundledHelm(bundle, host)
    try {
      const rendered = await asStep(reporter, 'Render the charts', () =>
        rightsOf({ bundle, site, helm, files, signal }, grants),
      )
      const of = { ...rendered, load: request.load ?? rendered.load }
      const rules = joined([...neededRules(request.verbs, of), ...request.others(of)])
      const { namespaces } = of
      const objects = grantingObjects({ rules, subject, name, site: site.metadata.name, namespaces })
      return { rules, objects }
    } finally {
      await helm.dispose()
    }
  } finally {
    await source.close()
  }
}
