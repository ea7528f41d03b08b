/** Wiring: database, cache, keys, values, bootstrap, the secret store, and the proof that secrets arrive. */
export { conditionsOf, covers, deleteUnlessDown, type Patience } from '../../kernel/owned/index.ts'
export {
  type AskedDatabase,
  askCache,
  askDatabase,
  cacheServer,
  databaseServer,
  podAddresses,
} from './asked.ts'
export {
  type Administration,
  type Bootstrapping,
  changePassword,
  ensureAdmin,
  ensureTenancy,
  foreseeServer,
  givenPassword,
  operatorCredentials,
  proveChange,
  requireGivenPassword,
  revokeCredentials,
  type Tenancy,
  type TenancyNeeds,
  tryOperatorLogin,
} from './bootstrap/index.ts'
export {
  type CacheFacts,
  type CacheNeeds,
  cacheConnections,
  checkCache,
  inspectCache,
  madeForCache,
  purgeCache,
} from './cache/index.ts'
export { cacheUrl } from './connection.ts'
export {
  asDatabaseMaker,
  atRealPlace,
  type Claim,
  checkDatabase,
  type DatabaseChange,
  type DatabaseFacts,
  type DatabaseMaker,
  type DatabaseState,
  type DatabaseTarget,
  databaseCa,
  databaseConnections,
  databaseState,
  dropDatabase,
  freeMigrationLock,
  inspectDatabase,
  madeAtServer,
  madeForDatabase,
  markDatabase,
  type OwnDatabase,
  ownDatabase,
  type Prepared,
  planDatabase,
  prepareDatabase,
  purgeDatabase,
  type RealPlace,
  readyDatabase,
  refuseOthersDatabase,
  targetState,
  withOwnSession,
  withPassword,
} from './database/index.ts'
export { type DatabaseUri, databaseUri, parseDatabaseUri } from './database-uri.ts'
export { ensure } from './ensure.ts'
export {
  type AskPassphrase,
  type Bytes,
  decryptedBy,
  type Escrow,
  encryptedTo,
  type Given,
  identitiesIn,
  isEscrowOf,
  openEscrow,
  parseEscrow,
  printEscrow,
  recipientsIn,
  requireRecipients,
  temporaryIdentity,
  writeEscrow,
} from './escrow/index.ts'
export { type IngressFault, ingressFaults } from './ingress.ts'
export {
  areStored,
  type Environment,
  type EscrowRecord,
  fileMark,
  fingerprintOf,
  heapIn,
  isServerPod,
  judgeServerRoom,
  type Kept,
  type Keys,
  type KeysRecord,
  keysFor,
  lastEnd,
  leastHeap,
  liveSetting,
  lockedSetting,
  makeKeys,
  noteConnection,
  noteKeys,
  putKeysBack,
  readKeysRecord,
  refusePlantedKeys,
  replaceInEnvironment,
  type ServerMemory,
  type ServerSetting,
  type StoredKeys,
  savesMemory,
  serverMemory,
  storedKeys,
  storeKeys,
} from './keys/index.ts'
export { fill, type Manifests, readManifests } from './manifests.ts'
export { claimNamespace, leaveNamespace, markedFor, stays } from './namespaces.ts'
export { type Proof, type Proving, probePlace, prove, syncOnce } from './proof/index.ts'
export { reach } from './reach.ts'
export { makePassword } from './secrets.ts'
export type { SiteServices } from './services.ts'
export { databaseIn, environmentOf, servicesOf } from './site-services.ts'
export {
  applyStore,
  ensureStore,
  liftDeadWebhooks,
  type StoreScope,
  showingCertificate,
  storeScope,
} from './store/index.ts'
export { derivedValues, infisicalValues, siteUrl } from './values.ts'
export { siteVariables } from './variables.ts'
export { namespacesOf, type Wired, wiredCharts } from './wired.ts'
