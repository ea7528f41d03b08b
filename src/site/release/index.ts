/**
 * Takes what a chart renders to, what its release was made of, and a cluster; gives what an upgrade would change, which
 * pods would not be let in, and what is not up yet. Changes nothing, and runs no helm.
 */
export { awaited, podTrouble, redacted, unready } from '../../kernel/workloads/index.ts'
export { type Admission, dryRunName, makesPods, tryPods } from './admission.ts'
export {
  type Compared,
  differences,
  fieldManager,
  meaning,
  unwanted,
  wouldChange,
} from './differences.ts'
export { deployedRevisions, refuseForeignRecord } from './foreign-objects.ts'
export { ownedBy } from './own-crds.ts'
export { isOf, ownObjects, type ReleaseName } from './own-objects.ts'
export { isOurs, wantsPods } from './own-release.ts'
export { uncarriedImages } from './uncarried.ts'
