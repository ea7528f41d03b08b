/**
 * What External Secrets Operator calls synced, and is not: compares what stores of Sealift's read with what has arrived.
 * Shows no value, changes nothing, and never waits for anything.
 */
export { type Checked, checkSynced } from './check.ts'
export { type Finding, findingShape } from './finding.ts'
