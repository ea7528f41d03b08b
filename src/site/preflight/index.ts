/**
 * Judges what was observed before an install, topic by topic: takes objects, pages of kubelets, certificates and times;
 * gives what was seen, whether it stands in the way, and what to do. Looks at nothing itself and changes nothing.
 */
export { judgeName } from './address.ts'
export { judgeAdmission, podSecurityOf, type TriedIn } from './admission.ts'
export { type HeldCertificate, judgeCertificate } from './certificates.ts'
export { judgeClock, judgeNodeClock, nodeAhead, spanWords } from './clock.ts'
export { type Disk, diskIn, judgeCollection, judgeDisk, type Thresholds, thresholdsIn } from './disks.ts'
export {
  type CheckGroup,
  counts,
  type Found,
  fault,
  notLookedAt,
  type Outcome,
  ok,
  type Part,
  type PreflightCheck,
  together,
  warning,
} from './found.ts'
export { judgeNode, judgePlatform, platformOf, takesPods } from './nodes.ts'
export { judgeCrds, judgeOperators, type Owner } from './operator.ts'
export { judgeObjects } from './owners.ts'
export { type FreeNode, freeNodes, judgeRoom, type WantedPods, wantedPods } from './requests.ts'
export { type PreflightResult, preflightResult } from './result.ts'
export { accessesOf, everything, judgeRights } from './rights.ts'
export { type ChartRange, judgeVersion, type VersionNeeds } from './version.ts'
