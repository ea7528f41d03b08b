import type { BudgetReport } from '../../bundle/declared/index.ts'
import { lockTitle } from '../../bundle/layout/index.ts'
import { type BundleLock, type Change, driftOf, parseLock, printLock } from '../../bundle/lock/index.ts'
import { toolProgram } from '../../bundle/opening/index.ts'
import type { BundleSpec } from '../../kernel/inputs/index.ts'
import type { ConnectedHost, Talk } from '../../kernel/ports/index.ts'
import { findImages } from '../resolve/index.ts'
import { account } from './account.ts'
import { assemble } from './assemble.ts'
import { lockAttachments } from './attachments.ts'
import { oldLock, refuseDrift } from './compare.ts'
import { lockedTool } from './entries.ts'
import { type ReadSpec, type Resolved, readSpec, resolveParts } from './parts.ts'
import { pin } from './pin-chosen.ts'
import type { Rendered } from './render.ts'
import { renderAll } from './render-all.ts'
import type { LockRequest } from './request.ts'
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
  readonly missing: readonly { readonly name: string; readonly why: string }[]
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
  const { reporter } = talk
  const read = await readSpec(specDir, platform, host.files)
  const { spec } = read
  const old = await oldLock(request, host.files, reporter)
  const resolved = await resolveParts(spec, specDir, host, talk)
  // A helm that is not the locked one must not run, not even to say what else has changed.
  if (locked && old) refuseDrift(driftOf(old, { ...old, tools: resolved.tools.map(lockedTool) }), request)
  const rendered = await render(read, resolved, host, talk)
  const budget = account(rendered, spec, request.budget, reporter)
  const found = findImages(rendered, spec.images)
  const chosen = chooseSuspects(found, spec, { old, accept: request.acceptSuspects, reporter })
  const { pinned, missing } = await pin({ ...chosen, platforms: spec.platforms, update, old }, host, talk)
  const suspects = suspectsLeft(found.suspects, pinned)
  // What was locked without looking for attachments is held to without looking for them.
  const unseen = locked && old?.images.every(({ attachments }) => attachments === undefined)
  const looks = spec.attestations && request.attestations !== false && !unseen
  const attached = looks
    ? await lockAttachments({ images: pinned, old, locked }, host.registry, talk)
    : undefined
  const { accepted } = chosen
  const text = printLock(assemble({ ...read, ...resolved, pinned, accepted, attached, suspects, budget }))
  const lock = parseLock(text, lockTitle)
  const drift = old && driftOf(old, lock)
  if (locked && drift !== undefined) refuseDrift(drift, request)
  return { spec, lock, text, budget, missing, ...(drift === undefined ? {} : { drift }) }
}

/** Renders the charts with the very helm that travels. */
async function render(
  { spec: { kubernetes, apiVersions }, values, helmTool }: ReadSpec,
  { tools, charts }: Resolved,
  { files, helmFrom }: ConnectedHost,
  { reporter, signal }: Talk,
): Promise<Rendered[]> {
  const packed = tools.find(({ spec }) => spec === helmTool)
  if (packed === undefined) throw new Error('the helm is among the tools that were resolved')
  const helm = await helmFrom(await toolProgram(packed.bytes, helmTool.member))
  try {
    return await renderAll(charts, { helm, kubernetes, apiVersions, values, files, signal }, reporter)
  } finally {
    await helm.dispose()
  }
}
