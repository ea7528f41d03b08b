/** Dragonfly: takes a session, says whether Infisical’s job queues can live there. Writes nothing; only a purge empties the number that is Infisical’s. */
export { type CacheFacts, type CacheNeeds, cacheConnections, checkCache } from './cache.ts'
export { flagPlaceAt } from './flag-place.ts'
export { inspectCache, madeForCache, purgeCache } from './site-cache.ts'
