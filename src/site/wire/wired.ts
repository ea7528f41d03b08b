import type { Bundle } from '../../bundle/layout/index.ts'
import { SealiftError } from '../../kernel/errors/index.ts'
import { type BundleSpec, type ChartSpec, parseSpec } from '../../kernel/inputs/index.ts'

/** The two releases that Sealift wires. */
export interface Wired {
  readonly spec: BundleSpec
  readonly infisical: ChartSpec
  readonly externalSecrets: ChartSpec
}

/** Finds the releases to wire in a bundle's spec. @throws SealiftError SPEC_INVALID when one is missing */
export function wiredCharts(bundle: Bundle): Wired {
  const spec = parseSpec(bundle.specText, 'bundle.yaml of the bundle')
  const find = (wire: NonNullable<ChartSpec['wire']>) => {
    const chart = spec.charts.find(candidate => candidate.wire === wire)
    if (chart) return chart
    throw new SealiftError('SPEC_INVALID', `no chart in this bundle has wire: ${wire}`, {
      hints: ['mark the chart in bundle.yaml, lock and build again'],
    })
  }
  return { spec, infisical: find('infisical'), externalSecrets: find('external-secrets') }
}

/** The namespaces of a bundle's releases, each once, in the spec's order. */
export function namespacesOf({ spec }: Pick<Wired, 'spec'>): string[] {
  return [...new Set(spec.charts.map(({ namespace }) => namespace))]
}
