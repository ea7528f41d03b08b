import { withRelease } from '../../../bundle/opening/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { type ChartSpec, targetOf } from '../../../kernel/inputs/index.ts'
import type { KubernetesObject } from '../../../kernel/ports/index.ts'
import { ownObjects } from '../../release/index.ts'
import { derivedValues } from '../../wire/index.ts'
import type { Grounds } from './grounds.ts'

const known = new WeakMap<Grounds, Map<string, Promise<KubernetesObject[]>>>()

/**
 * The objects that a release would have on this cluster, as helm would apply them; rendered once for all who ask. What
 * cannot be rendered for the cluster as it is (its CRDs are not there yet) is rendered as it was where the bundle was made.
 * @throws SealiftError RENDER_FAILED, BUNDLE_MALFORMED; as unseen where the bundle's helm may not be run
 */
export function objectsOf(chart: ChartSpec, grounds: Grounds): Promise<KubernetesObject[]> {
  const all = known.get(grounds) ?? new Map<string, Promise<KubernetesObject[]>>()
  known.set(grounds, all)
  const rendering = all.get(chart.release) ?? render(chart, grounds)
  all.set(chart.release, rendering)
  return rendering
}

async function render(chart: ChartSpec, grounds: Grounds): Promise<KubernetesObject[]> {
  const { request, host, signal, opened, wired, helm, cluster } = grounds
  const [program, bundle, { spec }] = await Promise.all([helm.need(), opened.need(), wired.need()])
  await cluster.need()
  const parts = { files: host.files, derived: derivedValues(chart, request.site) }
  return await withRelease(bundle, chart, parts, async release => {
    const text = await program.render(release, signal).catch(error => {
      if (!(error instanceof SealiftError) || error.code !== 'RENDER_FAILED') throw error
      return program.template(release, targetOf(spec), signal)
    })
    return ownObjects(text, chart)
  })
}

/** Those of them that are there under their names. @throws SealiftError CLUSTER_* */
export async function liveObjects(chart: ChartSpec, grounds: Grounds): Promise<KubernetesObject[]> {
  const { cluster } = grounds.host
  const objects = await objectsOf(chart, grounds)
  const found = objects.map(object =>
    cluster.get(object, object.metadata.name, object.metadata.namespace ?? chart.namespace),
  )
  return (await Promise.all(found)).filter(object => object !== undefined)
}
