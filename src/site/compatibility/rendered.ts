import type { Bundle } from '../../bundle/layout/index.ts'
import { withRelease } from '../../bundle/opening/index.ts'
import { type ChartSpec, type Site, targetOf } from '../../kernel/inputs/index.ts'
import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import { type Files, type Helm, type KubernetesObject, kinds } from '../../kernel/ports/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import { ownObjects } from '../release/index.ts'
import { derivedValues, type Wired } from '../wire/index.ts'

/** What a chart of the new bundle renders to at this site. */
export interface RenderedChart {
  /** As an upgrade would apply them. */
  readonly objects: readonly KubernetesObject[]
  /** Its custom resource definitions, where Sealift applies them itself. */
  readonly definitions: readonly KubernetesObject[]
}

/** What charts are rendered with. */
export interface Rendering {
  readonly bundle: Bundle
  readonly wired: Wired
  readonly site: Site
  readonly helm: Pick<Helm, 'template' | 'render'>
  readonly files: Files
  readonly signal?: AbortSignal
}

/** Renders a chart of the bundle as an upgrade at this site, and its definitions. @throws SealiftError RENDER_FAILED, BUNDLE_* */
export async function renderChart(chart: ChartSpec, rendering: Rendering): Promise<RenderedChart> {
  const { bundle, site, helm, files, signal } = rendering
  const text = await withRelease(bundle, chart, { files, derived: derivedValues(chart, site) }, release =>
    helm.render(release, signal),
  )
  return { objects: ownObjects(text, chart), definitions: await definitionsOf(chart, rendering) }
}

/** A chart's definitions; none where Sealift does not apply them. @throws SealiftError RENDER_FAILED, BUNDLE_* */
export async function definitionsOf(
  chart: ChartSpec,
  { bundle, wired, helm, files, signal }: Omit<Rendering, 'site'>,
): Promise<KubernetesObject[]> {
  const { crdValues: derived } = chart
  if (derived === undefined) return []
  const text = await withRelease(bundle, chart, { files, derived }, release =>
    helm.template(release, targetOf(wired.spec), signal),
  )
  return parseManifests(text).filter(isDefinition)
}

function isDefinition(document: unknown): document is KubernetesObject {
  const { kind, metadata } = fieldsOf(document)
  return kind === kinds.crd.kind && Boolean(textsIn(metadata)['name'])
}
