/** Why pods are not up, in words that may be shown: no secret of a log or a status is in them. Changes nothing. */
export { becomesUp } from './becomes-up.ts'
export { hasEnded } from './ended.ts'
export { failedRuns } from './failed-runs.ts'
export { podTrouble } from './pod-trouble.ts'
export { redacted } from './redacted.ts'
export { unready } from './rollout.ts'
export { awaited } from './waiting.ts'
