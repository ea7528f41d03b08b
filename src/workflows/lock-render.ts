import { messageOf, printable, SealiftError } from '../errors/index.ts'
import type { Files, Helm } from '../ports/index.ts'
import {
  type RenderedChart,
  type RenderedObject,
  type ResolvedChart,
  renderedObjects,
} from '../resolve/index.ts'
import type { BundleSpec } from '../spec/index.ts'
import { parseYaml } from '../yaml/index.ts'

/** A values file: its text as it stands, and the mapping in it. */
export interface ValuesFile {
  readonly text: string
  readonly values: unknown
}

/**
 * Every values file of a spec's charts once, by its path there.
 * @param where names the spec in the error
 * @param read gives a file's text, or nothing when it is not there
 * @throws SealiftError SPEC_INVALID that names each unusable one
 */
export async function readValues(
  charts: BundleSpec['charts'],
  where: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<Map<string, ValuesFile>> {
  const found = new Map<string, ValuesFile>()
  const faults: string[] = []
  for (const path of new Set(charts.flatMap(chart => chart.values))) {
    try {
      const text = await read(path)
      if (text === undefined) faults.push(`${path}: the values file is not there`)
      else found.set(path, { text, values: mapping(text) })
    } catch (error) {
      faults.push(`${path}: ${printable(messageOf(error).split('\n')[0] ?? '')}`)
    }
  }
  if (faults.length === 0) return found
  throw new SealiftError('SPEC_INVALID', `${where} names values files that cannot be used`, {
    faults,
  })
}

function mapping(text: string): unknown {
  const values = parseYaml(text) ?? {}
  if (typeof values !== 'object' || Array.isArray(values)) throw new Error('expected a mapping')
  return values
}

/** How to render: which helm, for which Kubernetes, with which values files. */
export interface Rendering {
  readonly helm: Helm
  readonly kubernetes: string
  readonly values: ReadonlyMap<string, ValuesFile>
  /** A private folder for packages; the caller removes it. */
  readonly folder: string
  readonly files: Files
  readonly signal: AbortSignal
}

/**
 * Renders one chart as it will be installed. With `crdValues` it is rendered once more, for the CRDs only: they
 * are applied apart from the release, and what they name counts too.
 * @throws SealiftError RENDER_FAILED
 */
export async function renderChart(
  { spec, metadata, package: bytes }: Pick<ResolvedChart, 'spec' | 'metadata' | 'package'>,
  rendering: Rendering,
): Promise<RenderedChart> {
  const { helm, kubernetes, folder, files, signal } = rendering
  const { name, release, namespace, crdValues } = spec
  const chart = `${folder}/${name}-${metadata.version.replaceAll('/', '_')}.tgz`
  await files.write(chart, bytes, 0o600)
  const values = spec.values.map(path => rendering.values.get(path)?.values ?? {})
  const render = async (all: readonly unknown[]): Promise<RenderedObject[]> =>
    renderedObjects(name, await helm.template({ release, namespace, chart, values: all }, kubernetes, signal))
  const objects = await render(values)
  if (crdValues === undefined) return { metadata, objects }
  const crds = (await render([...values, crdValues])).filter(
    ({ kind }) => kind === 'CustomResourceDefinition',
  )
  if (crds.length > 0) return { metadata, objects: [...objects, ...crds] }
  throw new SealiftError(
    'RENDER_FAILED',
    `chart ${name} renders no CustomResourceDefinition with its crdValues`,
    {
      hints: ['Correct crdValues in bundle.yaml, or leave them out if the chart has no such objects.'],
    },
  )
}
