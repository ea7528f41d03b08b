/**
 * Holds a step from what is installed to a new bundle to the rules of versions: External Secrets Operator's minors and
 * stored versions, Kubernetes versions, the state of releases, and fields that others own. Takes a receipt, a bundle and
 * ports; gives a finding for each rule. Never changes anything, and knows nothing of what is inside PostgreSQL.
 */
export { type CompatibilityRequest, compatibility } from './compatibility.ts'
export { type Finding, refuseUnfit } from './finding.ts'
