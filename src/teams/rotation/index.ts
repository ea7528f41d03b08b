/**
 * Passwords of PostgreSQL that live in Infisical, given anew one by one, and how old secrets are. Changes one role, the
 * secrets that hold its login and what reads them; never a role that is more than a login, or Sealift's or an operator's.
 */
export { type OldSecret, oldSecret, oldSecrets } from './due.ts'
export { isDue } from './due-now.ts'
export { type Rotated, rotatedShape, rotateOne } from './rotate.ts'
export { chosen, policyOf, type WantedRotation } from './wanted.ts'
