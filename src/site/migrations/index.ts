/**
 * The state of Infisical's schema before an upgrade: which migrations a database has against those of an image, and what
 * an interrupted one has left. Takes a bundle and a database; gives findings. Never
 * migrates or unlocks; drops no index but those that an interrupted migration of the upgrade under way has left.
 */
export { migrationsApplied } from './applied.ts'
export { compareMigrations, type MigrationState } from './compare.ts'
export { dropUnfinishedIndexes } from './drop-unfinished.ts'
export { imageMigrations } from './image.ts'
export { judgeSchema, type SchemaVerdict } from './judge.ts'
export { schemaProspect } from './prospect.ts'
export { type SchemaTrouble, schemaTroubles } from './troubles.ts'
