import type { UpgradeNote } from '../../../install/index.ts'
import type { Reader } from './reads.ts'

/** An upgrade under way: its note as it is now, and who reads Infisical's API meanwhile. */
export interface Noted {
  note: UpgradeNote
  reader?: Reader
}
