/**
 * Rights in the words of Kubernetes' RBAC: a rule, what a rule allows, how kinds are called there, rules joined into the
 * fewest, and those for what the kernel itself does on a cluster. Never asks one.
 */
export { allow, type Limits } from './allow.ts'
export {
  findInfisical,
  forward,
  markSystem,
  reachInfisical,
  readHistory,
  readRecords,
  restart,
  underLease,
  type Where,
  watchPods,
  writeSecrets,
} from './common.ts'
export { type Call, covers } from './covers.ts'
export { joined } from './join.ts'
export { type Named, resourceOf } from './resources.ts'
export type { Rule } from './rule.ts'
