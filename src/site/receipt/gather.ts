import type { SiteHost, Talk } from '../../kernel/ports/index.ts'
import { aroundOf, observeBudget, usageIfAny } from '../check/index.ts'
import {
  type JournalEntry,
  type Receipt,
  readReceipt,
  siteJournal,
  unfinishedInstall,
} from '../install/index.ts'
import { auditHead } from './audit-head.ts'
import type { ReceiptRelease, SiteReceipt } from './document.ts'
import { recordedObjects } from './helm-objects.ts'
import { observeNodes } from './nodes.ts'
import { refused } from './refused.ts'
import { upgradeOf } from './upgrade.ts'

/**
 * The receipt of what is installed on a site, from what the site itself holds: Sealift's records, helm's, the nodes'. What
 * cannot be read for want of rights is said to be untold. Changes nothing. `version` is Sealift's.
 * @throws SealiftError NOT_INSTALLED, LOCK_INVALID, CLUSTER_*
 */
export async function gatherReceipt(host: SiteHost, version: string, talk: Talk): Promise<SiteReceipt> {
  const { cluster, clock, operator } = host
  const receipt = await readReceipt(cluster)
  const { site, bundle: digest, key, at, lock } = receipt
  const untold: string[] = []
  const run = receipt.run ?? (await journaledRun(host, receipt).catch(refused('the steps', untold)))
  const releases: ReceiptRelease[] = []
  for (const { name, release, namespace, version } of lock.charts) {
    const what = `the objects of release ${release}`
    const found = await recordedObjects(cluster, { release, namespace }).catch(refused(what, untold))
    if (found === undefined && untold.every(line => !line.startsWith(what)))
      untold.push(`${what}: helm has no record of it that can be read`)
    const recorded = found && { revision: found.revision, objects: [...found.objects] }
    releases.push({ release, namespace, chart: name, version, ...recorded })
  }
  const {
    nodes,
    allocatable,
    untold: more,
  } = await observeNodes(host, lock.images, receipt.load === 'cluster')
  const begun = await unfinishedInstall(cluster)
  const upgrade = await upgradeOf(cluster, receipt, untold)
  const audit = await auditHead(cluster).catch(refused('the audit log', untold))
  return {
    ...{ apiVersion: 'sealift.dev/v1', kind: 'Receipt', site },
    bundle: { ...lock.metadata, digest, key },
    ...{ proven: at, run: run ?? { steps: [] } },
    kubernetes: (await cluster.info()).version,
    ...{ nodes: [...nodes], releases },
    budget: observeBudget(receipt, await usageIfAny(cluster, talk), await aroundOf(receipt, cluster, talk)),
    ...(allocatable && { allocatable }),
    ...(audit && { audit }),
    ...(upgrade && { upgrade }),
    ...(begun && { begun: begunOf(begun) }),
    untold: [...untold, ...more],
    written: { by: operator, sealift: version, at: new Date(clock.now()).toISOString() },
  }
}

function begunOf({ name, version, since }: { name: string; version: string; since?: string }) {
  return { name, version, ...(since === undefined ? {} : { since }) }
}

/** The steps that the journal has of the bundle, for a receipt of an older Sealift; those that changed nothing are lost. */
async function journaledRun(
  { cluster, files }: Pick<SiteHost, 'cluster' | 'files'>,
  { bundle }: Receipt,
): Promise<SiteReceipt['run']> {
  const entries = (await siteJournal(cluster, files, '').read()).filter(entry => entry.bundle === bundle)
  const began = ({ at, milliseconds }: JournalEntry) => Date.parse(at) - milliseconds
  const first = Math.min(...entries.map(began))
  // Beyond what a date can be there is no time, whatever somebody has written there.
  if (Number.isNaN(new Date(first).getTime())) return { steps: [] }
  const steps = entries.map(entry => {
    const { step, detail, milliseconds } = entry
    return { id: step, title: step, skipped: false, detail, startedAfter: began(entry) - first, milliseconds }
  })
  return { started: new Date(first).toISOString(), steps }
}
