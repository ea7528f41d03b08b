import type { Bundle } from '../../../bundle/layout/index.ts'
import { withRelease } from '../../../bundle/opening/index.ts'
import { type ChartSpec, type Site, targetOf } from '../../../kernel/inputs/index.ts'
import { type Helm, type KubernetesObject, kinds, type SiteHost } from '../../../kernel/ports/index.ts'
import { isOf, ownObjects, refuseForeignRecord } from '../../release/index.ts'
import { derivedValues, type Wired } from '../../wire/index.ts'

/** What a release is taken away with. */
export interface Taking {
  readonly bundle: Bundle
  readonly site: Site
  readonly wired: Wired
  readonly helm: Helm
  readonly host: Pick<SiteHost, 'cluster' | 'files'>
}

/**
 * Takes a release away. Helm knows it by a record in the release's namespace; where that is gone, what the release has
 * outside of it would stay, a webhook without a server among it: so what the chart renders to is looked for, and deleted
 * where it bears the release's name. CRDs stay, with all that teams have of their kinds, and so does what helm keeps itself
 * (helm.sh/docs/howto/charts_tips_and_tricks). Tells whether anything was there. @throws SealiftError FOREIGN_INSTALL, HELM_FAILED, RENDER_FAILED, CLUSTER_*
 */
export async function takeRelease(chart: ChartSpec, taking: Taking): Promise<boolean> {
  const { helm } = taking
  const { release, namespace, timeoutSeconds } = chart
  const found = await helm.status(release, namespace)
  if (found === undefined) return sweep(chart, taking)
  await refuseForeignRecord(taking.host.cluster, found.manifest, chart)
  await helm.uninstall(release, namespace, timeoutSeconds)
  return true
}

async function sweep(chart: ChartSpec, { bundle, site, wired, helm, host }: Taking): Promise<boolean> {
  // With what the site adds: the names of Infisical's objects are among it.
  const parts = { files: host.files, derived: derivedValues(chart, site) }
  const target = targetOf(wired.spec)
  // What an upgrade has added is there as well.
  const rendered = await withRelease(bundle, chart, parts, async request => [
    await helm.template(request, target),
    await helm.template(request, { ...target, upgrade: true }),
  ])
  let found = false
  for (const object of rendered.flatMap(text => ownObjects(text, chart))) {
    const { name, namespace = chart.namespace } = object.metadata
    if (object.kind === kinds.crd.kind) continue
    const live = await host.cluster.get(object, name, namespace)
    if (live === undefined || !isOf(live, chart) || isKept(live)) continue
    await host.cluster.delete(object, name, namespace)
    found = true
  }
  return found
}

function isKept({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.['helm.sh/resource-policy'] === 'keep'
}
