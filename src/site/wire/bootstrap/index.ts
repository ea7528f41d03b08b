/** Infisical set up once: its admin, the least tenancy that ESO needs, and ESO’s credentials. Asks first, and makes only what is not there. */
export {
  type Administration,
  type Bootstrapping,
  ensureAdmin,
} from './bootstrap.ts'
export { type ChangedLogin, changePassword, proveChange } from './change-password.ts'
export { type Foreseeing, foreseeServer } from './foresee.ts'
export { givenPassword, requireGivenPassword } from './given-password.ts'
export { revokeCredentials } from './identity-credentials.ts'
export { operatorCredentials, tryOperatorLogin } from './operator-login.ts'
export type { ServerChange } from './rehearsed-session.ts'
export { ensureTenancy, type Tenancy, type TenancyNeeds } from './tenancy.ts'
