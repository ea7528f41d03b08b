import type { LoadingWayName, ReadSite } from '../../../kernel/inputs/index.ts'
import type { ArchiveWanted } from '../../backup/index.ts'
import type { InstallPlan } from '../../plan/index.ts'
import type { SiteReceipt } from '../../receipt/index.ts'

/** What to install, and where. */
export interface InstallRequest {
  /** Path of the bundle. */
  readonly bundle: string
  /** The site file as it was read once: the host was made of the same. */
  readonly site: ReadSite
  /** Where every finished step is appended, one JSON object a line. */
  readonly journal: string
  readonly allow: Allowances
  /** How images come to the nodes, where it was said. */
  readonly load?: LoadingWayName | undefined
  /** Sealift's version, for the receipt. */
  readonly version?: string
  /** Whether the result shall have the receipt, which asks the nodes and helm's records once more. */
  readonly withReceipt?: boolean
  /** What was planned: nothing else is done. */
  readonly plan?: InstallPlan
}

/** What to upgrade to, and with which nets under it. */
export interface UpgradeRequest extends InstallRequest {
  /** The archive for the safe that is taken first; left out where the user gives it up. */
  readonly archive?: ArchiveWanted
  /** Whether more use than the budget allows takes the site back, or is told and no more. */
  readonly budget: 'hold' | 'warn'
  /** Takes the receipt of a site that went back, which has no result. */
  readonly takeReturned?: (receipt: SiteReceipt) => Promise<void>
}

/** What the user lets pass that is refused otherwise. */
export interface Allowances {
  /** A bundle that nobody signed, where the site names no keys. */
  readonly unsigned: boolean
  /** A bundle that is older than what is installed. */
  readonly downgrade: boolean
  /** A bundle that is newer than what is installed to its end: of what upgrades, or only looks. */
  readonly upgrade: boolean
  /** Minor versions of External Secrets Operator that are skipped. */
  readonly skipMinors?: boolean
  /** A bundle that was made for other sites. */
  readonly anySite: boolean
  /** A cluster that is known as another site, or had its data in another database. */
  readonly takeOver: boolean
}
