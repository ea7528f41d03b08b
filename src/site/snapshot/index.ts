/**
 * Databases beside Infisical's at its server: a copy that PostgreSQL makes itself, an empty one, and the way by which one of
 * them gets the name of Infisical's. Takes the site's services and Infisical's login; gives what was made. Never ends a
 * session of others in what is served, and drops only what it has made and named.
 */
export { copyGone, goBack, leadsBack } from './go-back.ts'
export { discardSnapshot, dropSnapshot, mayTakeSnapshot, type Snapshot, snapshots } from './kept.ts'
export { asMakerAt, type Maker } from './maker.ts'
export { snapshotName } from './names.ts'
export { dropLeft, dropLeftovers, dropScratch, leftovers, makeScratch, serveScratch } from './scratch.ts'
export { endSessions, type Taken, takeSnapshot } from './snapshot.ts'
