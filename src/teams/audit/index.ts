/**
 * What an auditor is given: the server's audit log, or what its pods' request logs tell, as lines of JSON in which only
 * named fields are. Never a value of a secret, and never a line as it came.
 */
export { documentOf, type Previous, previousOf } from './document.ts'
export { eventLine, eventsBetween } from './events.ts'
export { type LogReach, logReach, requestsOf } from './logs.ts'
