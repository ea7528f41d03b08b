import type { BudgetReport } from '../../bundle/declared/index.ts'
import { lockTitle } from '../../bundle/layout/index.ts'
import { type BundleLock, type Change, driftOf, parseLock, printLock } from '../../bundle/lock/index.ts'
import { toolProgram } from '../../bundle/opening/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import { type EachChart, type Rendered, type Rendering, renderAll } from '../render/index.ts'
import { askedOnce, findImages } from '../resolve/index.ts'
import { account } from './account.ts'
import { assemble } from './assemble.ts'
import { lockAttachments } from './attachments.ts'
import { oldLock, refuseDrift } from './compare.ts'
import { lockedTool } from './entries.ts'
import { Faults } from './faults.ts'
import { Kept, keeping, readKept } from './kept.ts'
import { chartName, type ReadSpec, type Resolved, readSpec, resolveParts } from './parts.ts'
import { type PinnedImages, pin } from './pin-chosen.ts'
import type { LockRequest } from './request.ts'
import { holdToNodes, specFor } from './site-facts.ts'
import { chooseSuspects, suspectsLeft } from './suspects.ts'

/** A new lock, which is nowhere yet. */
export interface MadeLock {
  readonly spec: BundleSpec
  readonly lock: BundleLock
  /** Canonical YAML, as it belongs into bundle.lock.yaml. */
  readonly text: string
  readonly budget: BudgetReport
  /** Where it differs from the lock that lies there; absent when there is none yet. */
  readonly drift?: readonly Change[]
  /** Suspects that were to be taken, but that no registry has; they stay suspects. */
  readonly missing: PinnedImages['missing']
}

/**
 * Resolves a spec: charts, the images that rendering them with their values proves, and tools, all by digest.
 * Renders with the very helm that travels. What does not need what failed is done all the same, and every fault told
 * at once, as {@link Faults.tell} does. Writes nothing but private temporary files and, where it comes to no lock,
 * what it has found out until then, beside the lock; with `locked` not even that.
 * @throws SealiftError SPEC_INVALID, CHART_NOT_FOUND, IMAGE_NOT_FOUND, RENDER_FAILED, BUDGET_EXCEEDED,
 *   REGISTRY_*, CONTENT_MISMATCH, FILE_FAILED, INTERRUPTED; with `locked` or `update` LOCK_INVALID when there is no
 *   lock or none that can be read, with `locked` LOCK_DRIFT, with `update` USAGE for what is no image of the spec
 */
export async function makeLock(request: LockRequest, host: ConnectedHost, talk: Talk): Promise<MadeLock> {
  const { specDir, platform, locked = false } = request
  const { files, clock } = host
  const asWritten = await readSpec(specDir, platform, files)
  const { facts } = request
  const spec = facts === undefined ? asWritten.spec : specFor(asWritten.spec, facts, clock, talk.reporter)
  const read = { ...asWritten, spec }
  const old = await oldLock(request, files, talk.reporter)
  const kept = locked ? new Kept(clock) : await readKept(specDir, files, clock)
  try {
    return await lockOf({ read, old, kept }, request, { ...host, registry: askedOnce(host.registry) }, talk)
  } catch (error) {
    throw locked ? error : await keeping(error, kept, specDir, files, talk.reporter)
  }
}

/** What there is before anything is asked for. */
interface Begun {
  readonly read: ReadSpec
  readonly old: BundleLock | undefined
  readonly kept: Kept
}

async function lockOf(
  { read, old, kept }: Begun,
  request: LockRequest,
  host: ConnectedHost,
  talk: Talk,
): Promise<MadeLock> {
  const { specDir, update = [], locked = false } = request
  const { registry } = host
  const { spec } = read
  const faults = new Faults(talk.signal)
  const resolved = await resolveParts(
    spec,
    { ...host, specDir, known: knownCharts(spec, old, kept), knownTools: knownTools(old) },
    faults,
    talk,
  )
  for (const chart of resolved.charts) kept.addChart(chart)
  // A helm that is not the locked one must not run, not even to say what else has changed.
  if (locked && old) {
    const moved = driftOf(old, { ...old, tools: resolved.tools.map(lockedTool) })
    if (moved.length > 0) faults.tell()
    refuseDrift(moved, request)
  }
  const { facts } = request
  const known = facts && new Set(facts.kubernetes.apis)
  const rendered = await render({ ...read, ...(known && { known }) }, resolved, faults, host, talk)
  const isWhole = rendered.length === spec.charts.length
  // What only some charts request is no account of all.
  const budget = isWhole
    ? await faults.attempt('budget', async () => {
        const report = account(rendered, spec, request.budget, talk.reporter)
        if (facts !== undefined) holdToNodes(report, facts, request.budget, talk.reporter)
        return report
      })
    : undefined
  const found = findImages(rendered, spec.images)
  const { images, optional, accepted } = chooseSuspects(found, spec, {
    old,
    accept: request.acceptSuspects,
    reporter: isWhole ? talk.reporter : undefined,
  })
  // An image of a chart that could not be rendered would be called none of the spec.
  if (update.length > 0 && !isWhole) faults.tell()
  const { platforms } = spec
  const pins = await faults.attempt('--update', () =>
    pin({ images, optional, platforms, update, old, kept }, registry, faults, talk),
  )
  faults.tell()
  if (budget === undefined || pins === undefined) throw new Error('what failed was told')
  const { pinned, staying, missing } = pins
  const suspects = suspectsLeft(found.suspects, pinned)
  const looks = spec.attestations && request.attestations !== false
  const attached = looks
    ? await lockAttachments({ images: pinned, staying, old, locked, kept }, registry, talk)
    : undefined
  const text = printLock(assemble({ ...read, ...resolved, pinned, accepted, attached, suspects, budget }))
  const lock = parseLock(text, lockTitle)
  const drift = old && driftOf(old, lock)
  if (locked && drift !== undefined) refuseDrift(drift, request)
  return { spec, lock, text, budget, missing, ...(drift === undefined ? {} : { drift }) }
}

/** What the lock and what is kept say of charts. */
function knownCharts({ charts }: BundleSpec, old: BundleLock | undefined, kept: Kept) {
  return new Map(
    charts.map(({ name }) => {
      const locked = old?.charts.find(chart => chart.name === name)
      return [name, [kept.chart(name), locked].filter(chart => chart !== undefined)]
    }),
  )
}

/** What the lock says of tools out of registries. */
function knownTools(old: BundleLock | undefined) {
  return new Map(
    old?.tools.flatMap(({ source, manifest, content }) =>
      manifest === undefined ? [] : [[source, [{ manifest, package: content }]] as const],
    ),
  )
}

/** Renders the charts with the very helm that travels, if that is there. */
async function render(
  { spec: { kubernetes, apiVersions }, values, helmTool, known }: ReadSpec & Pick<Rendering, 'known'>,
  { tools, charts }: Resolved,
  faults: Faults,
  { files, helmFrom }: ConnectedHost,
  { reporter, signal }: Talk,
): Promise<Rendered[]> {
  const packed = tools.find(({ spec }) => spec === helmTool)
  if (packed === undefined) return []
  const helm = await faults.attempt(helmTool.name, async () =>
    helmFrom(await toolProgram(packed.bytes, helmTool.member)),
  )
  if (helm === undefined) return []
  const each: EachChart = (list, title, work) =>
    faults.attemptEach(reporter, list, title, ({ spec }) => chartName(spec), work)
  try {
    return await renderAll(
      charts,
      { helm, kubernetes, apiVersions, values, files, signal, ...(known && { known }) },
      each,
      reporter,
    )
  } finally {
    await helm.dispose()
  }
}
