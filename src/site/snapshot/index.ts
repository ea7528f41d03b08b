/**
 * Infisical's database, copied inside its server and kept beside it, and the way back to it by two renames. Takes the site's
 * services and Infisical's login; gives what was made. Never ends a session of others in what is served, and drops only what it has kept.
 */
export { goBack } from './go-back.ts'
export { besideName, snapshotName } from './names.ts'
export {
  discardSnapshot,
  dropSnapshot,
  endSessions,
  mayTakeSnapshot,
  type Snapshot,
  snapshots,
  takeSnapshot,
} from './snapshot.ts'
