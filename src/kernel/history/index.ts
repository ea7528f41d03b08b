/**
 * The site's audit log: who has begun what on it, when, and how that ended, in lines that each name the one before by its
 * digest. Takes a run and records it; reads the log and says whether it is whole. A chain without a key proves that nothing
 * was changed since a digest of it was told elsewhere, and not who wrote it. Never holds a secret.
 */
export { type HistoryEntry, lineDigest, readEntry } from './entry.ts'
export { exportRuns, type RunsExported, runsExported } from './export.ts'
export { type Recorded, recorded } from './record.ts'
export { historyParts } from './store.ts'
export { type Judged, judgeHistory, type ReadPart } from './verify.ts'
