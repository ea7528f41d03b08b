import { withRelease } from '../../../../bundle/opening/index.ts'
import { type ChartSpec, targetOf } from '../../../../kernel/inputs/index.ts'
import { type Cluster, isTerminating, kinds, type Release } from '../../../../kernel/ports/index.ts'
import { environmentMark } from '../../../../kernel/server-variables/index.ts'
import type { PlannedChange, Rehearsal } from '../../../plan/index.ts'
import { fieldManager, ownObjects, tryPods, uncarriedImages, unwanted } from '../../../release/index.ts'
import { derivedValues } from '../../../wire/index.ts'
import type { Installation } from '../installation.ts'
import { asUpgrade, notCarried, reasonsToUpgrade } from '../release-steps.ts'

/**
 * Why a release would be made or upgraded, nothing where it would not be; its objects are tried on the rehearsal, as helm
 * would apply them. @throws SealiftError HELM_FAILED, RENDER_FAILED, CLUSTER_*
 */
export async function plannedReleases(
  chart: ChartSpec,
  installation: Installation,
  rehearsal: Rehearsal,
  real: Cluster,
): Promise<PlannedChange[]> {
  const { bundle, site, host } = installation
  const mark = chart.wire === 'infisical' ? await environmentMark(host.cluster, chart.namespace) : undefined
  const parts = { files: host.files, derived: derivedValues(chart, site, mark) }
  rehearsal.during(`release-${chart.release}`)
  return await withRelease(bundle, chart, parts, request =>
    upgrade(request, chart, installation, rehearsal, real),
  )
}

async function upgrade(
  request: Release,
  chart: ChartSpec,
  { bundle, helm, host, talk, wired }: Installation,
  rehearsal: Rehearsal,
  real: Cluster,
): Promise<PlannedChange[]> {
  const { release, namespace } = chart
  const found = await helm.status(release, namespace)
  const asked = await asUpgrade(request, found, helm, talk.signal)
  // A chart that can be upgraded only where it is says nothing before its first install: then as it was sealed.
  const wanted = asked === '' ? await helm.template(request, targetOf(wired.spec), talk.signal) : asked
  const objects = ownObjects(wanted, chart)
  const reasons = await reasonsToUpgrade(chart, found, wanted, host.cluster)
  if (found !== undefined && reasons.length === 0) {
    for (const object of objects) await rehearsal.keep(object, namespace)
    return []
  }
  const carried = bundle.images.map(({ name }) => name)
  for (const image of uncarriedImages(chart.name, wanted, carried)) talk.reporter.warn(notCarried(image))
  for (const object of objects) await rehearsal.put(object, fieldManager, namespace)
  const home = await real.get(kinds.namespace, namespace)
  if (home !== undefined && !isTerminating(home)) {
    const { refusals, doubts } = await tryPods(real, objects, chart)
    for (const refusal of refusals) rehearsal.refuse(refusal)
    for (const doubt of doubts) talk.reporter.warn(doubt)
  }
  if (found !== undefined)
    for (const object of unwanted({ wanted, deployed: found.manifest, release, namespace }))
      if (object.metadata.annotations?.['helm.sh/resource-policy'] !== 'keep')
        await rehearsal.cluster.delete(object, object.metadata.name, object.metadata.namespace ?? namespace)
  const change = found === undefined ? 'create' : 'change'
  const detail = `${chart.name} ${chart.version} in ${namespace}: ${reasons.join(', ')}`
  return [{ change, kind: 'release', name: release, detail: detail.slice(0, 2000) }]
}
