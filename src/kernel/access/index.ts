/**
 * The way to a site's Infisical, for whoever comes after the install: in which namespace it is, a port to it, and its
 * admin's login. Reads what an install has left in the cluster under the names that are here; never writes any of it.
 */
export {
  type AdminLogin,
  adminSecretName,
  adoptedMark,
  foreign,
  instanceMark,
  type KeptLogin,
  keptLogins,
  logIn,
  possibleLogins,
  refusedLogin,
  spoiltLogin,
} from './admin-login.ts'
export { adminSession, type LoggedIn, logInAsAdmin } from './admin-session.ts'
export { type InfisicalAccess, infisicalAccess, withInfisical } from './forward.ts'
export { keptValue } from './kept-value.ts'
export { isManaged, managed, systemNamespace } from './managed.ts'
export {
  credentialsSecretName,
  infisicalName,
  infisicalPort,
  keysSecretName,
  operatorIdentity,
  probeScope,
  probeStoreName,
  reviewerBinding,
  servedBy,
  serviceUrl,
  storeIdentity,
  storeName,
  storePlace,
  tokenPolicy,
} from './names.ts'
export { siteMark, siteOf } from './of-site.ts'
export { samePermissions } from './permissions.ts'
export { readValues, secretData } from './secret-values.ts'
export { statusOf } from './status.ts'
export { type WhereWired, whereWired } from './where-wired.ts'
