/**
 * Objects that Sealift writes into a cluster: Secrets, credentials and stores. Looks first, writes only what differs and
 * is Sealift's own, and waits until it is ready. Never reads a file, and never deletes what it was not told to.
 */
export { conditionsOf, explain, explainEach, isReady, timeOfEvent } from './conditions.ts'
export { covers } from './covers.ts'
export {
  type CredentialsPlace,
  type IdentityCredentials,
  identityOf,
  keptCredentials,
  markedIdentity,
  newCredentials,
  operatorPlace,
  placeOfSecret,
  revokeLost,
  storeCredentials,
} from './credentials.ts'
export { movedStore, ownStoreName, servesTeams } from './probe-store.ts'
export { secretObject, storeSecret } from './secrets.ts'
export { applyThroughWebhook, deleteUnlessDown, isWebhookDown, lookAnnotation } from './through-webhook.ts'
export { type Patience, waitFor } from './wait.ts'
