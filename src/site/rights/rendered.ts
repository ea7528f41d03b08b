import type { Bundle } from '../../bundle/layout/index.ts'
import { withRelease } from '../../bundle/opening/index.ts'
import { type ChartSpec, type Site, targetOf } from '../../kernel/inputs/index.ts'
import { type Files, type Helm, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { ownObjects } from '../release/index.ts'
import { derivedValues, namespacesOf, wiredCharts } from '../wire/index.ts'
import type { ReleaseObjects, RightsOf } from './needs.ts'

/** What a bundle's charts are rendered with. */
interface Rendering {
  readonly bundle: Bundle
  readonly site: Site
  readonly helm: Pick<Helm, 'template'>
  readonly files: Files
  readonly signal?: AbortSignal
}

/**
 * What the rights for a bundle at a site are told from: each chart as it renders for a first install and for an upgrade.
 * No cluster is asked. @throws SealiftError SPEC_INVALID, BUNDLE_*, RENDER_FAILED
 */
export async function rightsOf(rendering: Rendering, grants: RightsOf['grants']): Promise<RightsOf> {
  const { spec, infisical, externalSecrets } = wiredCharts(rendering.bundle)
  const releases: ReleaseObjects[] = []
  for (const chart of spec.charts) releases.push(await objectsOf(chart, targetOf(spec), rendering))
  const wired = { infisical: infisical.namespace, externalSecrets: externalSecrets.namespace }
  const { site } = rendering
  return { site, load: site.load?.way, releases, ...wired, namespaces: namespacesOf({ spec }), grants }
}

async function objectsOf(
  chart: ChartSpec,
  target: ReturnType<typeof targetOf>,
  { bundle, site, helm, files, signal }: Rendering,
): Promise<ReleaseObjects> {
  const { release, namespace, crdValues } = chart
  const rendered = (derived: Parameters<typeof withRelease>[2]['derived'], upgrade: boolean) =>
    withRelease(bundle, chart, { files, derived }, request =>
      helm.template(request, { ...target, upgrade }, signal),
    )
  const made = derivedValues(chart, site)
  const texts = [await rendered(made, false), await rendered(made, true)]
  const crds = crdValues === undefined ? '' : await rendered(crdValues, false)
  const isCrd = ({ kind }: KubernetesObject) => kind === kinds.crd.kind
  return {
    ...{ release, namespace },
    objects: texts.flatMap(text => ownObjects(text, chart)),
    crds: ownObjects(crds, chart).filter(isCrd),
  }
}
