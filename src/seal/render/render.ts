import { SealiftError } from '../../kernel/errors/index.ts'
import { siteApis } from '../../kernel/inputs/index.ts'
import { type RenderedObject, renderedObjects } from '../../kernel/objects/index.ts'
import { readPackage } from '../../kernel/packages/index.ts'
import type { Target, Values } from '../../kernel/ports/index.ts'
import type { RenderedChart, ResolvedChart } from '../resolve/index.ts'
import { answered, askedApis, isTemplateText } from './asked-apis.ts'
import { ownApis } from './own-apis.ts'
import { explained } from './refused-values.ts'
import type { Rendering } from './rendering.ts'

/** A chart as it is rendered for a site, and the means to render it for another. */
export interface Rendered extends RenderedChart {
  /** The objects after an install and after an upgrade, which are not there together; CRDs of `crdValues` left out. */
  readonly states: readonly (readonly RenderedObject[])[]
  /** What helm wrote for an install. */
  readonly yaml: string
  /** The chart's own texts by path, `chart/templates/x.yaml`, subcharts' among them. */
  readonly texts: ReadonlyMap<string, string>
  /** APIs that it may ask for, and the spec says nothing of. */
  readonly open: readonly string[]
  /** What it renders, for an install or as an upgrade, where the site has these as well. @throws SealiftError RENDER_FAILED */
  readonly with: (apis: readonly string[], upgrade: boolean) => Promise<readonly RenderedObject[]>
  /** Why it could not be rendered as an upgrade, where that is so. */
  readonly noUpgrade?: SealiftError
}

/**
 * Renders one chart as it will be installed and as it will be upgraded, for the APIs that the spec says. With `crdValues`
 * it is rendered once more, for the CRDs only: they are applied apart from the release, and what they name counts too.
 * @throws SealiftError RENDER_FAILED; SPEC_INVALID that names each values file which helm cannot read
 */
export async function renderChart(
  { spec, metadata, package: bytes }: Pick<ResolvedChart, 'spec' | 'metadata' | 'package'>,
  rendering: Rendering,
): Promise<Rendered> {
  const { helm, kubernetes, folder, files, signal } = rendering
  const { name, release, namespace, crdValues } = spec
  const chart = `${folder}/${name}-${metadata.version.replaceAll('/', '_')}.tgz`
  await files.write(chart, bytes, 0o600)
  const values = spec.values.flatMap(path => rendering.values.get(path) ?? [])
  const template = (target: Omit<Target, 'kubernetes'>, all: readonly Values[] = values) =>
    helm.template({ release, namespace, chart, values: all }, { kubernetes, ...target }, signal)
  const texts = await textsOf(bytes)
  const asked = askedApis([...texts.values()])
  const own = asked.length === 0 ? new Set<string>() : await ownApis(rendering)
  const { claimed: apiVersions, open } = answered(
    asked,
    siteApis(rendering.apiVersions),
    own,
    rendering.known,
  )
  const yaml = await template({ apiVersions }).catch(async error => {
    throw await explained(error, rendering)
  })
  const installed = renderedObjects(name, yaml)
  // Charts that keep what they once made up look for it in the cluster, and some end where it is not there.
  const upgraded = await template({ apiVersions, upgrade: true }).then(
    text => renderedObjects(name, text),
    asFailed,
  )
  const failed = upgraded instanceof SealiftError
  const states = failed ? [installed] : [installed, upgraded]
  return {
    metadata,
    states,
    objects: [
      ...union(states),
      ...(await crdsOf(name, crdValues, all => template({ apiVersions }, all), values)),
    ],
    yaml,
    texts,
    open,
    with: async (apis, upgrade) =>
      renderedObjects(name, await template({ apiVersions: [...apiVersions, ...apis], upgrade })),
    ...(failed ? { noUpgrade: upgraded } : {}),
  }
}

function asFailed(error: unknown): SealiftError {
  if (error instanceof SealiftError && error.code === 'RENDER_FAILED') return error
  throw error
}

async function textsOf(packed: Uint8Array): Promise<Map<string, string>> {
  const found = await readPackage(packed, isTemplateText)
  return new Map([...found].map(([path, bytes]) => [path, Buffer.from(bytes).toString('utf8')]))
}

/** Objects of all renderings, those that are alike once. */
function union(states: readonly (readonly RenderedObject[])[]): RenderedObject[] {
  return [...new Map(states.flat().map(object => [JSON.stringify(object), object])).values()]
}

async function crdsOf(
  name: string,
  crdValues: Values | undefined,
  template: (values: readonly Values[]) => Promise<string>,
  values: readonly Values[],
): Promise<RenderedObject[]> {
  if (crdValues === undefined) return []
  const rendered = renderedObjects(name, await template([...values, crdValues]))
  const crds = rendered.filter(({ kind }) => kind === 'CustomResourceDefinition')
  if (crds.length > 0) return crds
  throw new SealiftError(
    'RENDER_FAILED',
    `chart ${name} renders no CustomResourceDefinition with its crdValues`,
    {
      hints: ['Correct crdValues in bundle.yaml, or leave them out if the chart has no such objects.'],
    },
  )
}
