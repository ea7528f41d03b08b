import { specTitle } from '../../bundle/layout/index.ts'
import { readValues } from '../../bundle/opening/index.ts'
import { count, printable, SealiftError } from '../../kernel/errors/index.ts'
import { type BundleSpec, type ChartSpec, parseSpec, type ToolSpec } from '../../kernel/inputs/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import {
  type Faults,
  fileOf,
  type ResolvedChart,
  type ResolvedTool,
  resolveChart,
  resolveTool,
  type Sources,
} from '../resolve/index.ts'

/** A spec as it was read, with its values files. */
export interface ReadSpec {
  readonly spec: BundleSpec
  readonly specText: string
  /** Bytes by path. */
  readonly values: ReadonlyMap<string, Uint8Array>
  /** The helm that travels and can run here. */
  readonly helmTool: ToolSpec
}

/** Reads a spec for a host of this platform. @throws SealiftError SPEC_INVALID, FILE_FAILED */
export async function readSpec(
  specDir: string,
  platform: string,
  files: ConnectedHost['files'],
): Promise<ReadSpec> {
  const specFile = `${specDir}/${specTitle}`
  const specText = await files.readText(specFile)
  const spec = parseSpec(specText, specFile)
  const helmTool = helmOf(spec, platform)
  const values = await readValues(spec.charts, specFile, async path =>
    (await files.exists(`${specDir}/${path}`))
      ? files.readBytes(await fileOf(path, specDir, files))
      : undefined,
  )
  return { spec, specText, values, helmTool }
}

function helmOf(spec: BundleSpec, platform: string): ToolSpec {
  const tool = spec.tools.find(({ name, platform: its }) => name === 'helm' && its === platform)
  if (tool !== undefined) return tool
  throw new SealiftError('SPEC_INVALID', `bundle.yaml names no helm for ${platform}`, {
    faults: [
      `tools: expected a helm for ${platform}: the helm that travels also renders the charts on this host`,
    ],
  })
}

/** The tools and charts of a spec at hand. */
export interface Resolved {
  readonly tools: readonly ResolvedTool[]
  readonly charts: readonly ResolvedChart[]
}

/**
 * Gets a spec's tools and charts, one after the other; what fails is told to `faults`.
 */
export async function resolveParts(
  { tools, charts }: BundleSpec,
  sources: Omit<Sources, 'signal'>,
  faults: Faults,
  { reporter, signal }: Talk,
): Promise<Resolved> {
  const from = { ...sources, signal }
  const toolTitle = ({ name, version, platform }: ToolSpec) => `Get ${name} ${version} for ${platform}`
  const toolName = ({ name, platform }: ToolSpec) => `${name} for ${platform}`
  const gotTools = await faults.attemptEach(reporter, tools, toolTitle, toolName, tool =>
    resolveTool(tool, from),
  )
  const chartTitle = ({ name, version }: ChartSpec) => `Get chart ${name} ${version}`
  const gotCharts = await faults.attemptEach(reporter, charts, chartTitle, chartName, chart =>
    resolveChart(chart, from),
  )
  for (const { spec, links } of gotCharts) if (links.length > 0) reporter.note(followed(spec.name, links))
  return { tools: gotTools, charts: gotCharts }
}

/** A chart as faults name it. */
export const chartName = ({ name }: Pick<ChartSpec, 'name'>): string => `chart ${name}`

const named = 5

function followed(chart: string, links: readonly string[]): string {
  const rest = links.length > named ? `, and ${links.length - named} more` : ''
  const names = links.slice(0, named).map(path => printable(path, 100))
  return `chart ${chart}: ${count(links.length, 'symbolic link')} followed: ${names.join(', ')}${rest}`
}
