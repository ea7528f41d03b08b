/**
 * What a site's verbs need to be allowed by the cluster: takes verbs, a site file and what the bundle's charts render to,
 * gives rules of RBAC, and the Roles that hold them. Never asks a cluster, and gives nobody anything.
 */
export type { Rule } from '../../kernel/rights/index.ts'
export { type Granting, grantingObjects, type Subject } from './manifest.ts'
export type { ReleaseObjects, RightsOf } from './needs.ts'
export { rightsOf } from './rendered.ts'
export { neededRules, type SiteVerb, siteVerbs } from './verbs.ts'
