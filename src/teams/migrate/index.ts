/**
 * Migration: the secrets that were kept in files, read as applications read them, what would not survive the way to a
 * server, the way there, and the proof. Never changes a file, and never puts a value into words.
 */
export { type Destination, type Located, locate } from './destination.ts'
export type { Doubt, Found, Origin, Sources } from './found.ts'
export { compareRead, digesting, type Expected, type Parity } from './parity.ts'
export { type Change, keyOf, type Planned, planned } from './plan.ts'
export { isEncrypted, type Reading, type ReadOptions, readSources, type TextForm } from './read/index.ts'
export { expansionOf, type Reader, readerOf } from './store.ts'
export {
  isSameStore,
  type Judged,
  judgeSwitches,
  removeTrials,
  type StoreRef,
  type SwitchName,
  switchStore,
} from './switch/index.ts'
export { doubtsOf, type Expansion, placeText } from './unfit/index.ts'
export { writeSecrets } from './write.ts'
