/**
 * Takes named steps and a journal, runs each as soon as what it needs is done, and gives how each ended. Also says what on the
 * cluster is not ours. Never knows what a step does.
 */
export { allInOrder } from './all-in-order.ts'
export { type BroughtImage, broughtImages, noteBrought } from './brought.ts'
export { recordedSite, refuseForeign, refuseForeignRecords, refuseOtherOperator } from './foreign.ts'
export { requireGraph } from './graph.ts'
export { installedInfisical } from './installed.ts'
export { type Journal, type JournalEntry, journalEntry, requireJournal, siteJournal } from './journal.ts'
export { haveOlderKeys, markOlder } from './older.ts'
export {
  type Installed,
  isOlder,
  type Named,
  refuseDowngrade,
  refuseNewer,
  refuseOtherBundle,
  refuseOtherReleases,
  refuseOtherSite,
  refuseWrongSite,
} from './order.ts'
export { requireOwnRecords } from './own-records.ts'
export {
  closeReceipt,
  completedBundle,
  installedBundle,
  noteBegun,
  type Receipt,
  readReceipt,
  recordedReleases,
  writeReceipt,
} from './receipt.ts'
export { receiptName } from './receipt-object.ts'
export { runSteps } from './run-steps.ts'
export { isProven, noteStarted, type StartedInstall, startedInstall, unfinishedInstall } from './started.ts'
export { type Done, type Run, type Step, type StepOutcome, stepOutcome } from './step.ts'
export { underLease } from './under-lease.ts'
export { closeUpgrade, keptDatabases, keptUntil } from './upgrade-kept.ts'
export {
  beginUpgrade,
  noteUpgrade,
  readUpgrade,
  returnReceipt,
  type UpgradeNote,
  upgradeNote,
} from './upgrade-note.ts'
export type { KeptDatabase, ReadCount, SecretCount, Standing } from './upgrade-shapes.ts'
export { infisicalNamespace } from './where-infisical.ts'
