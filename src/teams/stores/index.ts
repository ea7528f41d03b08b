/**
 * Stores: whether External Secrets Operator has what a tenancy file wants of it, and the way there. Each is an identity
 * with rights on one environment, its credentials, and a ClusterSecretStore for some namespaces. Writes over nothing
 * that Sealift did not make, and never reads a team's secrets but those that are to be pushed.
 */
export { bindingObject } from './account.ts'
export { accountDifferences, internalVariable, loginAsker } from './account-differences.ts'
export {
  describedStore,
  type StoreAction,
  type StoreDifference,
  type StoreRemoval,
  sharingLeft,
  storeDifference,
} from './action.ts'
export { type ApplyingStores, applyStores } from './apply.ts'
export { compareStores, type StoresComparison } from './diff.ts'
export { type Looking, type ObservedStores, observeStores } from './observe.ts'
export { type ConfirmStores, confirmStorePruning } from './prune.ts'
export { pushUnsaid } from './push-secrets.ts'
export { becomesOther } from './push-values.ts'
export { unreadyOf, waitForStores } from './ready.ts'
export { credentialsThere, type Renewed, renew, revokeEarlier, type StandingCredentials } from './rotate.ts'
export { applyTokenPolicy, deleteTokenPolicy, type LoginBars, loginBars } from './token-policy.ts'
export {
  allServed,
  objectNameOf,
  type Served,
  siteOf,
  siteOfStores,
  storesOf,
  tenancyOfStores,
} from './wanted.ts'
