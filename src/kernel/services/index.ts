/**
 * The way to a PostgreSQL or a Dragonfly that is named as pods see it, a session there, and passwords for it. Never
 * makes or changes anything by itself.
 */
export { makePassword } from './password.ts'
export { type From, reachServer, serviceAt } from './reach.ts'
export { ownComment } from './roles.ts'
export { scramVerifier } from './scram.ts'
export { withSession } from './session.ts'
export { type Reopened, stoppable } from './stoppable.ts'
