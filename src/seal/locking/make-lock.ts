import type { BudgetReport } from '../../bundle/declared/index.ts'
import { lockTitle } from '../../bundle/layout/index.ts'
import { type BundleLock, type Change, driftOf, parseLock, printLock } from '../../bundle/lock/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import { askedOnce, Faults, findImages } from '../resolve/index.ts'
import { account } from './account.ts'
import { askAhead } from './ahead.ts'
import { assemble } from './assemble.ts'
import { lockAttachments } from './attachments.ts'
import { oldLock, refuseDrift } from './compare.ts'
import { lockedTool } from './entries.ts'
import { Kept, keeping, readKept } from './kept.ts'
import { knownCharts, knownTools } from './known.ts'
import { type ReadSpec, readSpec, resolveParts } from './parts.ts'
import { type PinnedImages, pin } from './pin-chosen.ts'
import { renderWithTool } from './rendering.ts'
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
  const registry = askedOnce(host.registry)
  const looks = spec.attestations && request.attestations !== false
  const held = locked && old !== undefined
  const ahead = held
    ? askAhead({ old, kept, platforms: spec.platforms, looks }, registry.ahead, talk.signal)
    : undefined
  try {
    return await lockOf({ read, old, kept, looks }, request, { ...host, registry }, talk)
  } catch (error) {
    throw locked ? error : await keeping(error, kept, specDir, files, talk.reporter)
  } finally {
    await ahead?.end()
  }
}

/** What there is before anything is asked for. */
interface Begun {
  readonly read: ReadSpec
  readonly old: BundleLock | undefined
  readonly kept: Kept
  /** Whether what is attached to images is looked for. */
  readonly looks: boolean
}

async function lockOf(
  { read, old, kept, looks }: Begun,
  request: LockRequest,
  host: ConnectedHost,
  talk: Talk,
): Promise<MadeLock> {
  const { specDir, update = [], locked = false } = request
  const { registry } = host
  const { spec } = read
  const faults = new Faults(talk.signal, 'locked')
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
  const rendered = await renderWithTool({ ...read, ...(known && { known }) }, resolved, faults, host, talk)
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
  const attached = looks
    ? await lockAttachments({ images: pinned, staying, old, locked, kept }, registry, talk)
    : undefined
  const text = printLock(assemble({ ...read, ...resolved, pinned, accepted, attached, suspects, budget }))
  const lock = parseLock(text, lockTitle)
  const drift = old && driftOf(old, lock)
  if (locked && drift !== undefined) refuseDrift(drift, request)
  return { spec, lock, text, budget, missing, ...(drift === undefined ? {} : { drift }) }
}
