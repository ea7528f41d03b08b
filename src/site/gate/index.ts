/**
 * The looks that must go well before the first change of a site: whose it is, whether the bundle takes it forward,
 * whether PostgreSQL, Dragonfly and the keys fit. Takes what is to be installed and the ports; gives what was found, or
 * an error that says what stands in the way. Never changes anything, and tells nobody.
 */
export { requireEscrowChoice } from './escrow-choice.ts'
export { type Look, requireForward, requireOwn, requireOwnSite } from './own.ts'
export {
  cacheWords,
  checkServices,
  databaseWords,
  type FoundDatabase,
  lookAtCache,
  lookAtDatabase,
  lookAtKeys,
  ownPlace,
} from './services.ts'
