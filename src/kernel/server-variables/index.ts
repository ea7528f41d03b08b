/**
 * The variables of Infisical's server: the Secret that its pods take them from, what verbs for teams ask for of them,
 * and the restart that they need. Keeps what somebody else put into the Secret; never makes a key, never prints a value.
 */
export { type Asked, type Asker, askedBy, askedOf } from './asked.ts'
export { ensureServerVariables } from './change.ts'
export {
  environmentAnnotation,
  environmentIn,
  environmentMark,
  environmentSecret,
  haveStarted,
  markOf,
  type Variables,
} from './environment.ts'
export { type Restarting, requireEnvironment, restartForEnvironment } from './restart.ts'
