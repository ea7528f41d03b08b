import type { Bundle } from '../../../bundle/layout/index.ts'
import { bundledHelm, carriedBytes, chartPackage, readValues } from '../../../bundle/opening/index.ts'
import { type ChartSpec, parseSpec } from '../../../kernel/inputs/index.ts'
import { digestOf } from '../../../kernel/oci/index.ts'
import type { Files, HelmFrom, TemporaryHelm } from '../../../kernel/ports/index.ts'
import { type ObjectChange, objectChanges, type PlacedObject } from '../../diff/index.ts'
import { renderChart } from '../../render/index.ts'

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

/** One chart of a bundle with all that it is rendered from; `key` is the same for the same. */
interface Source {
  readonly bundle: Bundle
  readonly chart: ChartSpec
  readonly kubernetes: string
  readonly apiVersions: readonly string[]
  readonly values: ReadonlyMap<string, Uint8Array>
  readonly key: string
}

async function sourcesOf(bundle: Bundle): Promise<Source[]> {
  const { charts, kubernetes, apiVersions } = parseSpec(bundle.specText, 'bundle.yaml of the bundle')
  const carried = async (path: string) =>
    bundle.files.some(({ title }) => title === path) ? carriedBytes(bundle, path) : undefined
  const values = await readValues(charts, 'bundle.yaml of the bundle', carried)
  return charts.map(chart => {
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
    return { bundle, chart, kubernetes, apiVersions, values, key }
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
    for (const { bundle, chart, ...given } of sources) {
      signal.throwIfAborted()
      const packed = await chartPackage(bundle, chart.name)
      const metadata = { name: chart.name, version: chart.version, fields: {}, annotations: {} }
      const rendering = { ...given, helm, folder: folder.path, files, signal }
      const { objects } = await renderChart({ spec: chart, metadata, package: packed }, rendering)
      placed.push(...objects.map(object => ({ object, namespace: chart.namespace })))
    }
    return placed
  } finally {
    await folder.dispose()
  }
}
