/** A site's Infisical, with its admin logged in, and for one at a time. Never installs, mends or bootstraps anything. */
export { underLease } from './under-lease.ts'
export { type Where, withAdmin } from './with-admin.ts'
