import { type BudgetReport, budgetFault, computeBudget, printCpu, printMemory } from '../../budget/index.ts'
import { lockTitle } from '../../bundle/index.ts'
import { SealiftError } from '../../errors/index.ts'
import { type BundleLock, type Change, driftOf, parseLock, printLock } from '../../lock/index.ts'
import { digestOf } from '../../oci/index.ts'
import type { ConnectedHost, Reporter, Talk, TemporaryHelm } from '../../ports/index.ts'
import {
  findImages,
  findPods,
  type RenderedChart,
  type ResolvedChart,
  resolveChart,
  resolveTool,
  toolProgram,
} from '../../resolve/index.ts'
import { type BundleSpec, parseSpec, type ToolSpec } from '../../spec/index.ts'
import { lockAttachments, withAttachments } from '../lock-attachments.ts'
import { oldLock, refuseDrift } from '../lock-drift.ts'
import { lockedChart, lockedImage, lockedTool } from '../lock-entries.ts'
import { pin } from '../lock-pin.ts'
import { type Rendering, readValues, renderChart } from '../lock-render.ts'
import { asStep } from './as-step.ts'

/** What to lock. */
export interface LockRequest {
  /** Folder with bundle.yaml. */
  readonly specDir: string
  /** This host's platform, `linux/amd64`: which of the spec's helms can render here. */
  readonly platform: string
  /** `warn` lets a spec over its budget pass. */
  readonly budget: 'hold' | 'warn'
  /** Pin only these images anew; the others keep what the lock that lies there says. */
  readonly update?: readonly string[]
  /** Fail unless the result is what the lock that lies there says. */
  readonly locked?: boolean
  /** `false` leaves signatures, attestations and SBOMs of images out, whatever the spec says. */
  readonly attestations?: boolean
}

/** A new lock, which is nowhere yet. */
export interface MadeLock {
  readonly spec: BundleSpec
  readonly lock: BundleLock
  /** Canonical YAML, as it belongs into bundle.lock.yaml. */
  readonly text: string
  readonly budget: BudgetReport
  /** Where it differs from the lock that lies there; absent when there is none yet. */
  readonly drift?: readonly Change[]
}

/**
 * Resolves a spec: charts, the images that rendering them with their values proves, and tools, all by digest.
 * Renders with the very helm that travels. Writes nothing but private temporary files.
 * @throws SealiftError SPEC_INVALID, CHART_NOT_FOUND, IMAGE_NOT_FOUND, RENDER_FAILED, BUDGET_EXCEEDED,
 *   REGISTRY_*, CONTENT_MISMATCH, FILE_FAILED, INTERRUPTED; with `locked` or `update` LOCK_INVALID when there is no
 *   lock or none that can be read, with `locked` LOCK_DRIFT, with `update` USAGE for what is no image of the spec
 */
export async function makeLock(request: LockRequest, host: ConnectedHost, talk: Talk): Promise<MadeLock> {
  const { specDir, platform, update = [], locked = false } = request
  const { files } = host
  const { reporter, signal } = talk
  const specText = await files.readText(`${specDir}/bundle.yaml`)
  const spec = parseSpec(specText, `${specDir}/bundle.yaml`)
  const helmTool = helmOf(spec, platform)
  const values = await readValues(spec.charts, `${specDir}/bundle.yaml`, async path =>
    (await files.exists(`${specDir}/${path}`)) ? files.readText(`${specDir}/${path}`) : undefined,
  )
  const old = await oldLock(request, files, reporter)

  const sources = { specDir, files, registry: host.registry, web: host.web, signal }
  const toolTitle = (tool: ToolSpec) => `Get ${tool.name} ${tool.version} for ${tool.platform}`
  const tools = await each(reporter, spec.tools, toolTitle, tool => resolveTool(tool, sources))
  const charts = await each(
    reporter,
    spec.charts,
    ({ name, version }) => `Get chart ${name} ${version}`,
    chart => resolveChart(chart, sources),
  )
  const packedHelm = tools.find(tool => tool.spec === helmTool)?.bytes ?? new Uint8Array()
  const helm = await host.helmFrom(await toolProgram(packedHelm, helmTool.member))
  const rendered = await renderAll(
    charts,
    { helm, kubernetes: spec.kubernetes, values, files, signal },
    reporter,
  )

  const objects = rendered.flatMap(chart => chart.objects)
  const budget = computeBudget(objects.flatMap(findPods), objects, spec.budget)
  tellBudget(budget, request, reporter)
  const { images, suspects } = findImages(rendered, spec.images)
  const pinned = await pin({ images, platforms: spec.platforms, update, old }, host, talk)
  // What was locked without looking for attachments is held to without looking for them.
  const unseen = locked && old?.images.every(({ attachments }) => attachments === undefined)
  const attached =
    spec.attestations && request.attestations !== false && !unseen
      ? await lockAttachments(pinned, old, host.registry, talk)
      : undefined
  const made: BundleLock = {
    apiVersion: 'sealift.dev/v1',
    kind: 'BundleLock',
    metadata: { name: spec.metadata.name, version: spec.metadata.version },
    platforms: [...spec.platforms],
    kubernetes: spec.kubernetes,
    files: [
      { path: 'bundle.yaml', digest: digestOf(specText) },
      ...[...values].map(([path, { text }]) => ({ path, digest: digestOf(text) })),
    ],
    charts: charts.map(lockedChart),
    images: pinned.map(image => withAttachments(lockedImage(image), attached)),
    tools: tools.map(lockedTool),
    suspects: suspects.map(suspect => ({ ...suspect })),
    budget: {
      ...spec.budget,
      declared: budget.declared,
      containers: budget.containers.map(({ field: _, span: __, cpuLimit: ___, ...share }) => share),
    },
  }
  const text = printLock(made)
  const canonical = parseLock(text, lockTitle)
  const drift = old && driftOf(old, canonical)
  if (locked && drift !== undefined) refuseDrift(drift, request)
  return { spec, lock: canonical, text, budget, ...(drift === undefined ? {} : { drift }) }
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

/** One after the other, each a step that people see. */
async function each<S, R>(
  reporter: Reporter,
  list: readonly S[],
  title: (item: S) => string,
  work: (item: S) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (const item of list) {
    results.push(await asStep(reporter, title(item), () => work(item)))
  }
  return results
}

async function renderAll(
  charts: readonly ResolvedChart[],
  rendering: Omit<Rendering, 'folder' | 'helm'> & { readonly helm: TemporaryHelm },
  reporter: Reporter,
): Promise<RenderedChart[]> {
  const folder = await rendering.files.temporary('sealift-lock-')
  try {
    const title = ({ spec }: ResolvedChart) => `Render ${spec.name}`
    return await each(reporter, charts, title, chart =>
      renderChart(chart, { ...rendering, folder: folder.path }),
    )
  } finally {
    await folder.dispose()
    await rendering.helm.dispose()
  }
}

function tellBudget(report: BudgetReport, { budget: mode }: LockRequest, reporter: Reporter): void {
  for (const { chart, object, container, resources } of report.missing) {
    reporter.warn(`${chart} ${object} ${container} requests no ${resources.join(' and no ')}: counted as 0`)
  }
  const { declared, budget } = report
  const fault = budgetFault(report)
  if (fault !== undefined && mode === 'hold') throw fault
  if (fault !== undefined) reporter.warn(fault.message)
  const memory = `${printMemory(declared.memory)} of ${printMemory(budget.memory)}`
  reporter.note(
    `declared requests: memory ${memory}, CPU ${printCpu(declared.cpu)} of ${printCpu(budget.cpu)}`,
  )
}
