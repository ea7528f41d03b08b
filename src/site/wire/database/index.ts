/** PostgreSQL: takes an administrator or a URI, gives Infisical a role and a database of its own. Never drops what this site did not make. */
export {
  checkDatabase,
  type DatabaseFacts,
  type DatabaseState,
  databaseConnections,
  databaseState,
  serverFacts,
} from './database.ts'
export { asDatabaseMaker, type DatabaseMaker } from './database-maker.ts'
export { dropDatabase } from './drop-database.ts'
export { markDatabase } from './keys-mark.ts'
export { freeMigrationLock } from './migration-lock.ts'
export type { OwnDatabase } from './own-database.ts'
export { withOwnSession } from './own-session.ts'
export { type DatabaseChange, planDatabase } from './planned-database.ts'
export { type Prepared, prepareDatabase } from './prepare-database.ts'
export { atRealPlace, type RealPlace } from './real-place.ts'
export {
  databaseCa,
  inspectDatabase,
  ownDatabase,
  purgeDatabase,
  readyDatabase,
  withPassword,
} from './site-database.ts'
export { type DatabaseTarget, targetState } from './target-database.ts'
export { type Claim, madeAtServer, madeForDatabase, refuseOthersDatabase } from './whose-database.ts'
