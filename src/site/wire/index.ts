/** Wiring: database, cache, keys, values, bootstrap, the secret store, and the proof that secrets arrive. */
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
  adminSecretName,
  adminSession,
  type Bootstrapping,
  ensureAdmin,
} from './bootstrap.ts'
export { type CacheFacts, type CacheNeeds, cacheConnections, checkCache } from './cache.ts'
export { conditionsOf } from './conditions.ts'
export { cacheUrl, type DatabaseUri, databaseUri, parseDatabaseUri } from './connection.ts'
export { covers } from './covers.ts'
export {
  checkDatabase,
  type DatabaseFacts,
  type DatabaseState,
  databaseConnections,
  databaseState,
} from './database.ts'
export { liftDeadWebhooks } from './dead-webhooks.ts'
export { dropDatabase } from './drop-database.ts'
export { ensure } from './ensure.ts'
export { areStored, type Environment, environmentMark, type Kept, storeKeys } from './environment.ts'
export { type ServerMemory, serverMemory } from './heap.ts'
export { credentialsSecretName, revokeCredentials } from './identity-credentials.ts'
export { type InfisicalAccess, infisicalAccess, withInfisical } from './infisical-access.ts'
export { type IngressFault, ingressFaults } from './ingress.ts'
export { type Keys, keysFor, keysSecretName, makeKeys, type StoredKeys, storedKeys } from './keys.ts'
export { isManaged, managed, systemNamespace } from './managed.ts'
export { fill, type Manifests, readManifests } from './manifests.ts'
export { claimNamespace, leaveNamespace, markedFor, siteOf, stays } from './namespaces.ts'
export { operatorCredentials, tryOperatorLogin } from './operator-login.ts'
export { type Prepared, prepareDatabase } from './prepare-database.ts'
export { type Proof, type Proving, prove } from './probe.ts'
export { reach } from './reach.ts'
export { makePassword } from './secrets.ts'
export type { SiteServices } from './services.ts'
export { inspectCache, madeForCache, purgeCache } from './site-cache.ts'
export {
  inspectDatabase,
  madeAtServer,
  madeForDatabase,
  type OwnDatabase,
  ownDatabase,
  purgeDatabase,
  readyDatabase,
  refuseOtherDatabase,
  refuseOthersRole,
} from './site-database.ts'
export { environmentOf, servicesOf } from './site-services.ts'
export { ensureStore, type StoreScope, storeName } from './store.ts'
export { probePlace, syncOnce } from './sync.ts'
export { type DatabaseTarget, targetState } from './target-database.ts'
export { ensureTenancy, probeScope, type Tenancy, type TenancyNeeds } from './tenancy.ts'
export {
  externalSecretsValues,
  infisicalName,
  infisicalPort,
  infisicalValues,
  serviceUrl,
  siteUrl,
} from './values.ts'
export type { Patience } from './wait.ts'
export { deleteUnlessDown, showingCertificate } from './webhook.ts'
export { type WhereWired, whereWired } from './where-wired.ts'
export { namespacesOf, type Wired, wiredCharts } from './wired.ts'
