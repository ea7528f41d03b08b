import type { Bundle } from '../../../bundle/layout/index.ts'
import { bundledHelm } from '../../../bundle/opening/index.ts'
import { digestOf } from '../../../kernel/oci/index.ts'
import type { Files, HelmFrom, TemporaryHelm } from '../../../kernel/ports/index.ts'
import { type ObjectChange, objectChanges, type PlacedObject } from '../../diff/index.ts'
import { type BundledChart, bundledCharts, renderBundled } from '../../render/index.ts'

/** What comparing bundles needs of this machine. */
export interface DiffHost {
  readonly files: Files
  readonly helmFrom: HelmFrom
  /** This machine's platform, `linux/amd64`. */
  readonly platform: string
}

/**
 * The Kubernetes objects that differ between two bundles, both rendered by the helm in the second, as they were
 * locked: without what a site adds. Charts that are rendered from the same in both are left out.
 * @throws SealiftError BUNDLE_WRONG_PLATFORM when it has no helm for this machine, RENDER_FAILED, SPEC_INVALID,
 *   BUNDLE_MALFORMED, BUNDLE_DAMAGED
 */
export async function changedObjects(
  a: Bundle,
  b: Bundle,
  host: DiffHost,
  signal: AbortSignal,
): Promise<ObjectChange[]> {
  const [old, now] = [await sourcesOf(a), await sourcesOf(b)]
  const same = new Set(old.map(({ key }) => key).filter(key => now.some(chart => chart.key === key)))
  const differing = [old, now].map(charts => charts.filter(({ key }) => !same.has(key)))
  if (differing.every(charts => charts.length === 0)) return []
  const helm = await bundledHelm(b, host)
  try {
    const [before, after] = [differing[0] ?? [], differing[1] ?? []]
    return objectChanges(
      await rendered(before, helm, host.files, signal),
      await rendered(after, helm, host.files, signal),
    )
  } finally {
    await helm.dispose()
  }
}

/** A chart of a bundle; `key` is the same for the same. */
interface Source {
  readonly chart: BundledChart
  readonly key: string
}

async function sourcesOf(bundle: Bundle): Promise<Source[]> {
  return (await bundledCharts(bundle)).map(one => {
    const { chart, kubernetes, apiVersions, values } = one
    const { name, release, namespace, crdValues } = chart
    const locked = bundle.lock.charts.find(candidate => candidate.name === name)
    const digests = chart.values.flatMap(path => values.get(path) ?? []).map(digestOf)
    const key = JSON.stringify([
      locked?.package.digest,
      release,
      namespace,
      kubernetes,
      apiVersions,
      crdValues ?? null,
      digests,
    ])
    return { chart: one, key }
  })
}

async function rendered(
  sources: readonly Source[],
  helm: TemporaryHelm,
  files: Files,
  signal: AbortSignal,
): Promise<PlacedObject[]> {
  const folder = await files.temporary('sealift-diff-')
  try {
    const placed: PlacedObject[] = []
    for (const { chart } of sources) {
      const { objects } = await renderBundled(chart, { helm, files, folder: folder.path, signal })
      placed.push(...objects.map(object => ({ object, namespace: chart.chart.namespace })))
    }
    return placed
  } finally {
    await folder.dispose()
  }
}
