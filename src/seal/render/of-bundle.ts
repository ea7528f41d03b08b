import type { Bundle } from '../../bundle/layout/index.ts'
import { carriedBytes, chartPackage, readValues } from '../../bundle/opening/index.ts'
import { type ChartSpec, parseSpec } from '../../kernel/inputs/index.ts'
import type { Files, Helm } from '../../kernel/ports/index.ts'
import { type Rendered, renderChart } from './render.ts'

/** One chart of a bundle with all that it is rendered from. */
export interface BundledChart {
  readonly bundle: Bundle
  readonly chart: ChartSpec
  readonly kubernetes: string
  readonly apiVersions: readonly string[]
  readonly values: ReadonlyMap<string, Uint8Array>
}

/** The charts of a bundle, as its spec has them. @throws SealiftError SPEC_INVALID, BUNDLE_MALFORMED, BUNDLE_DAMAGED */
export async function bundledCharts(bundle: Bundle): Promise<BundledChart[]> {
  const where = 'bundle.yaml of the bundle'
  const { charts, kubernetes, apiVersions } = parseSpec(bundle.specText, where)
  const carried = async (path: string) =>
    bundle.files.some(({ title }) => title === path) ? carriedBytes(bundle, path) : undefined
  const values = await readValues(charts, where, carried)
  return charts.map(chart => ({ bundle, chart, kubernetes, apiVersions, values }))
}

/** What a chart out of a bundle is rendered with: a helm, and a private folder that the caller removes. */
export interface BundledRendering {
  readonly helm: Helm
  readonly files: Files
  readonly folder: string
  readonly signal: AbortSignal
}

/**
 * Renders a chart of a bundle as it was locked: without what a site adds. @throws SealiftError RENDER_FAILED, BUNDLE_MALFORMED,
 *   BUNDLE_DAMAGED
 */
export async function renderBundled(
  { bundle, chart, ...given }: BundledChart,
  rendering: BundledRendering,
): Promise<Rendered> {
  rendering.signal.throwIfAborted()
  const packed = await chartPackage(bundle, chart.name)
  const metadata = { name: chart.name, version: chart.version, fields: {}, annotations: {} }
  return await renderChart({ spec: chart, metadata, package: packed }, { ...given, ...rendering })
}
