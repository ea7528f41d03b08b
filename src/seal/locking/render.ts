import { SealiftError } from '../../kernel/errors/index.ts'
import { type RenderedObject, renderedObjects } from '../../kernel/objects/index.ts'
import { eachAsStep, type Reporter, type Values } from '../../kernel/ports/index.ts'
import type { RenderedChart, ResolvedChart } from '../resolve/index.ts'
import { explained } from './refused-values.ts'
import type { Rendering } from './rendering.ts'

/**
 * Renders one chart as it will be installed. With `crdValues` it is rendered once more, for the CRDs only: they
 * are applied apart from the release, and what they name counts too.
 * @throws SealiftError RENDER_FAILED; SPEC_INVALID that names each values file which helm cannot read
 */
export async function renderChart(
  { spec, metadata, package: bytes }: Pick<ResolvedChart, 'spec' | 'metadata' | 'package'>,
  rendering: Rendering,
): Promise<RenderedChart> {
  const { helm, kubernetes, folder, files, signal } = rendering
  const { name, release, namespace, crdValues } = spec
  const chart = `${folder}/${name}-${metadata.version.replaceAll('/', '_')}.tgz`
  await files.write(chart, bytes, 0o600)
  const values = spec.values.flatMap(path => rendering.values.get(path) ?? [])
  const render = async (all: readonly Values[]): Promise<RenderedObject[]> =>
    renderedObjects(name, await helm.template({ release, namespace, chart, values: all }, kubernetes, signal))
  const objects = await render(values).catch(async error => {
    throw await explained(error, rendering)
  })
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

/** Renders charts one after the other, each a step that people see. @throws SealiftError RENDER_FAILED, SPEC_INVALID */
export async function renderAll(
  charts: readonly ResolvedChart[],
  rendering: Omit<Rendering, 'folder'>,
  reporter: Reporter,
): Promise<RenderedChart[]> {
  const folder = await rendering.files.temporary('sealift-lock-')
  try {
    const title = ({ spec }: ResolvedChart) => `Render ${spec.name}`
    const render = (chart: ResolvedChart) => renderChart(chart, { ...rendering, folder: folder.path })
    return await eachAsStep(reporter, charts, title, render)
  } finally {
    await folder.dispose()
  }
}
