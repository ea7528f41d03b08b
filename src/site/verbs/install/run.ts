import * as z from 'zod'
import type { Bundle } from '../../../bundle/layout/index.ts'
import { voucher } from '../../../bundle/sign/index.ts'
import { SealiftError } from '../../../kernel/errors/index.ts'
import { digestShape } from '../../../kernel/oci/index.ts'
import type { SiteHost, Talk } from '../../../kernel/ports/index.ts'
import { noteFirstSample } from '../../budget/index.ts'
import { budgetAccount, keysState, observeKeys } from '../../check/index.ts'
import {
  isProven,
  noteBegun,
  noteStarted,
  readReceipt,
  requireJournal,
  runSteps,
  type Step,
  type StepOutcome,
  siteJournal,
  stepOutcome,
  underLease,
  writeReceipt,
} from '../../install/index.ts'
import type { LoadingWay } from '../../load/index.ts'
import { gatherReceipt, siteReceipt } from '../../receipt/index.ts'
import { readKeysRecord, readManifests } from '../../wire/index.ts'
import type { Installation } from './installation.ts'
import { requireOwn } from './look-first.ts'
import type { Opened } from './opened.ts'
import type { InstallRequest } from './request.ts'
import { installSteps } from './steps.ts'
import { dropExpired } from './upgrade/expired.ts'
import { pendingUpgrade } from './upgrade/pending.ts'

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

/** Does what an install is there for, once it may. */
export interface Course {
  /** Gives how each of its steps ended. */
  readonly take: (
    installation: Installation,
    run: (steps: readonly Step[]) => Promise<StepOutcome[]>,
  ) => Promise<StepOutcome[]>
  /** Called once the receipt is written, before it is read again. */
  readonly proven?: (installation: Installation, steps: readonly StepOutcome[]) => Promise<void>
}

const plainly: Course = {
  async take(installation, run) {
    await pendingUpgrade(installation.host.cluster)
    return await run(installSteps(installation))
  },
}

/**
 * Installs an open bundle on a site that was looked at, while nobody else changes it, and leaves the receipt.
 * `started` is when the verb was, in milliseconds. @throws SealiftError any of the site's codes
 */
export async function run(
  request: InstallRequest,
  opened: Opened,
  host: SiteHost,
  talk: Talk,
  started: number,
  course = plainly,
): Promise<InstallResult> {
  const { cluster, files, clock } = host
  const { bundle, wired, key, look, helm, access } = opened
  const { site, digest: siteDigest } = request.site
  const { takeOver, way } = look
  await requireJournal(files, request.journal)
  const about = { site: site.metadata.name, bundle: bundle.digest }
  return await underLease({ ...host, about }, talk, async talk => {
    // Whoever had the lease until now may have installed something.
    await requireOwn(look, cluster)
    const manifests = await readManifests(host.manifests)
    const { metadata, charts: releases } = bundle.lock
    const since = new Date(clock.now()).toISOString()
    const noted = { ...metadata, bundle: bundle.digest, site: site.metadata.name, since, releases }
    const { journal } = request
    const begin = once(async () => {
      await noteStarted(cluster, noted)
      await noteBegun(cluster, metadata, site.metadata.name)
    })
    const installation = {
      ...{ bundle, site, wired, helm, host, talk, way, manifests, access, takeOver, begin, journal },
    }
    const began = clock.now()
    const steps = await course.take(installation, async steps => {
      if (!(await isProven(cluster, noted))) await noteStarted(cluster, noted)
      const { reporter, signal } = talk
      const journaled = {
        journal: siteJournal(cluster, files, journal),
        bundle: bundle.digest,
        site: siteDigest,
      }
      return await runSteps({ steps, ...journaled, reporter, signal, clock })
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
    await course.proven?.(installation, steps)
    await settled(way, bundle, talk)
    await dropExpired(installation)
    return {
      site: site.metadata.name,
      bundle: { path: request.bundle, digest, size, version: lock.metadata.version, key },
      steps,
      budget: await noteFirstSample(await readReceipt(cluster), wired.infisical.namespace, host, talk),
      keys,
      journal,
      seconds: (clock.now() - started) / 1000,
      ...(request.withReceipt && { receipt: await gatherReceipt(host, request.version ?? '', talk) }),
    }
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

/** Does something at its first call only. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}
