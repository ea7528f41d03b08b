/** A site's Infisical, with its admin logged in. Never installs, mends or bootstraps anything. */
export { withAdmin } from './with-admin.ts'
