import * as z from 'zod'
import type { Bundle } from '../../../bundle/layout/index.ts'
import { voucher } from '../../../bundle/sign/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { digestShape } from '../../../kernel/oci/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import {
  budgetAccount,
  keysState,
  keysWords,
  observeBudget,
  observeKeys,
  usageIfAny,
} from '../../check/index.ts'
import {
  isProven,
  noteBegun,
  noteStarted,
  readReceipt,
  requireJournal,
  runSteps,
  siteJournal,
  stepOutcome,
  underLease,
  writeReceipt,
} from '../../install/index.ts'
import type { LoadingWay } from '../../load/index.ts'
import { refuseStale } from '../../plan/index.ts'
import { gatherReceipt, siteReceipt } from '../../receipt/index.ts'
import { readKeysRecord, readManifests } from '../../wire/index.ts'
import { requireOwn } from './look-first.ts'
import { withOpened } from './opened.ts'
import { planOpened } from './plan/index.ts'
import type { InstallRequest } from './request.ts'
import { installSteps } from './steps.ts'

export { type PlanResult, planFault, planInstall, planResult, readPlan } from './plan/index.ts'
export type { Allowances, InstallRequest } from './request.ts'

/** What was done. */
export const installResult = z.strictObject({
  site: z.string(),
  bundle: z.strictObject({
    path: z.string(),
    digest: digestShape,
    size: z.number(),
    version: z.string(),
    /** Fingerprint of the key that signed it, or `unsigned`. */
    key: voucher,
  }),
  steps: z.array(stepOutcome),
  budget: budgetAccount,
  keys: keysState,
  journal: z.string(),
  seconds: z.number(),
  /** What an auditor is given, where it was asked for. */
  receipt: siteReceipt.exactOptional(),
})
export type InstallResult = z.infer<typeof installResult>

/**
 * Installs a bundle: makes sure who signed it, verifies it, looks at the site before the first change, then runs
 * the steps. The file is opened once, so that what is verified is what is installed. A rerun changes only what is not
 * as it should be, and proves again.
 * @throws SealiftError any of the site's and the bundle's codes
 */
export async function install(request: InstallRequest, host: SiteHost, talk: Talk): Promise<InstallResult> {
  const { cluster, files, clock } = host
  const started = clock.now()
  const { bundle: path } = request
  const { site, digest: siteDigest } = request.site
  return await withOpened(request, host, talk, async opened => {
    const { bundle, wired, key, look, helm, access } = opened
    const { takeOver, way } = look
    if (request.plan !== undefined) refuseStale(request.plan, await planOpened(request, opened, host, talk))
    await requireJournal(files, request.journal)
    const about = { site: site.metadata.name, bundle: bundle.digest }
    return await underLease({ ...host, about }, talk, async talk => {
      // Whoever had the lease until now may have installed something.
      await requireOwn(look, cluster)
      const manifests = await readManifests(host.manifests)
      const { metadata, charts: releases } = bundle.lock
      const since = new Date(clock.now()).toISOString()
      const noted = { ...metadata, bundle: bundle.digest, site: site.metadata.name, since, releases }
      if (!(await isProven(cluster, noted))) await noteStarted(cluster, noted)
      const begin = once(async () => {
        await noteStarted(cluster, noted)
        await noteBegun(cluster, metadata, site.metadata.name)
      })
      const { journal } = request
      const installation = {
        ...{ bundle, site, wired, helm, host, talk, way, manifests, access, takeOver, begin, journal },
      }
      const began = clock.now()
      const steps = await runSteps({
        steps: installSteps(installation),
        journal: siteJournal(cluster, files, journal),
        bundle: bundle.digest,
        site: siteDigest,
        reporter: talk.reporter,
        signal: talk.signal,
        clock,
      })
      talk.signal.throwIfAborted()
      const at = new Date(clock.now()).toISOString()
      const { digest, size, lock } = bundle
      const record = await readKeysRecord(cluster)
      const keys = observeKeys(record.fingerprint ?? '', record, site.escrow)
      const run = {
        ...{ by: host.operator, started: new Date(began).toISOString(), steps },
        ...(request.version === undefined ? {} : { sealift: request.version }),
      }
      const proven = { bundle: digest, at, key, lock, run, load: way.name }
      await writeReceipt(cluster, { site: site.metadata.name, ...proven })
      await settled(way, bundle, talk)
      return {
        site: site.metadata.name,
        bundle: { path, digest, size, version: lock.metadata.version, key },
        steps,
        budget: observeBudget(await readReceipt(cluster), await usageIfAny(cluster, talk)),
        keys,
        journal,
        seconds: (clock.now() - started) / 1000,
        ...(request.withReceipt && { receipt: await gatherReceipt(host, request.version ?? '', talk) }),
      }
    })
  })
}

/** Takes away what older bundles alone needed. What stands in the way of that is told: the install is done, and the next tries again. */
async function settled(way: LoadingWay, bundle: Bundle, { reporter }: Talk): Promise<void> {
  try {
    for (const gone of (await way.settle?.(bundle)) ?? [])
      reporter.note(`no longer needed, and gone: ${gone}`)
  } catch (error) {
    if (!(error instanceof SealiftError)) throw error
    reporter.warn(`what older bundles have left stays: ${error.message}`)
  }
}

/** What is to be said at the end where nobody could put the keys back, and the site file does not say that it shall be so. */
export function withoutEscrow({ keys }: Pick<InstallResult, 'keys'>): string | undefined {
  const { message, hint } = keysWords(keys)
  return hint === undefined ? undefined : `${message}; ${hint}`
}

/** Does something at its first call only. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
