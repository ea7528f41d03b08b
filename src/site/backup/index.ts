/**
 * The archive for the safe: all that a site cannot do without in one file that only age identities open, written, read
 * whole and put back. Never in clear, never over a database that is there, and it holds one part of the dump at a time.
 */
export { type BackupRequest, type BackupResult, writeBackup } from './backup.ts'
export { scratchMarks } from './marks.ts'
export { removeArchive } from './names.ts'
export { archiveProspect, installedProspect } from './prospect.ts'
export { dropRehearsals, type RehearsalRequest, type Rehearsed, rehearseBackup } from './rehearse.ts'
export { type RestoreResult, restoreBackup } from './restore.ts'
export {
  type ArchiveTaken,
  type ArchiveWanted,
  archiveRecipients,
  requireArchivable,
  takeArchive,
} from './take.ts'
export { endToolsPods } from './with-tools-pod.ts'
