import type { ErrorCode } from '../kernel/errors/index.ts'

/** How reaching the site of a site file can end. */
export const siteExits: readonly ErrorCode[] = [
  'SITE_INVALID',
  'CLUSTER_UNREACHABLE',
  'CLUSTER_DENIED',
  'CLUSTER_FAILED',
  'FOREIGN_INSTALL',
]

/** How resolving a spec can end, for a lock or for a bundle. */
export const sealExits: readonly ErrorCode[] = [
  'SPEC_INVALID',
  'CHART_NOT_FOUND',
  'IMAGE_NOT_FOUND',
  'RENDER_FAILED',
  'LOCK_INVALID',
  'LOCK_DRIFT',
  'FACTS_INVALID',
  'REGISTRY_DENIED',
  'REGISTRY_FAILED',
  'REGISTRY_UNREACHABLE',
  'CONTENT_MISMATCH',
  'DISK_FULL',
  'FILE_FAILED',
]

/** How giving something of what is installed anew can end. */
export const rotateExits: readonly ErrorCode[] = [
  'LOCK_INVALID',
  'FILE_FAILED',
  ...siteExits,
  'DATABASE_DENIED',
  'DATABASE_UNFIT',
  'DATABASE_UNREACHABLE',
  'KEYS_LOST',
  'HELM_FAILED',
  'NOT_INSTALLED',
  'SITE_BUSY',
]

/** How changing a site with a bundle can end, whether it is installed or taken away. */
export const changeExits: readonly ErrorCode[] = [
  'SPEC_INVALID',
  'CONTENT_MISMATCH',
  'DISK_FULL',
  'FILE_FAILED',
  'KEY_INVALID',
  'BUNDLE_MALFORMED',
  'BUNDLE_DAMAGED',
  'BUNDLE_WRONG_PLATFORM',
  'BUNDLE_UNSIGNED',
  'SIGNATURE_INVALID',
  ...siteExits,
  'LOAD_FAILED',
  'DATABASE_DENIED',
  'DATABASE_UNFIT',
  'DATABASE_UNREACHABLE',
  'CACHE_DENIED',
  'CACHE_UNFIT',
  'CACHE_UNREACHABLE',
  'KEYS_LOST',
  'HELM_FAILED',
  'SITE_BUSY',
]

/** How making a site what a bundle says can end, or trying to. */
const madeExits: readonly ErrorCode[] = [
  ...changeExits,
  'RENDER_FAILED',
  'BASE_MISSING',
  'REGISTRY_DENIED',
  'REGISTRY_FAILED',
  'REGISTRY_UNREACHABLE',
  'SERVER_FAILED',
  'NOT_INSTALLED',
  'DOWNGRADE_REFUSED',
  'WRONG_SITE',
]

/** How an install can end. */
export const installExits: readonly ErrorCode[] = [
  ...madeExits,
  'PROOF_FAILED',
  'PLAN_INVALID',
  'PLAN_STALE',
  'UPGRADE_UNFIT',
  'LOCK_INVALID',
]

/** How a plan of one can end. */
export const planExits: readonly ErrorCode[] = [
  ...madeExits.filter(code => code !== 'SITE_BUSY'),
  'LOCK_INVALID',
  'UPGRADE_UNFIT',
  'PLAN_DRIFT',
]

/** How an upgrade can end. */
export const upgradeExits: readonly ErrorCode[] = [
  ...madeExits,
  'LOCK_INVALID',
  // Of a bundle that the site has already, and where no release was moved.
  'PROOF_FAILED',
  'BUDGET_OBSERVED',
  'UPGRADE_UNFIT',
  'ROLLED_BACK',
  'ROLLBACK_FAILED',
  'BACKUP_FAILED',
  'BACKUP_INVALID',
]

/** How asking whether a site works can end, and mending its images first. */
export const checkExits: readonly ErrorCode[] = [
  'LOCK_INVALID',
  'DISK_FULL',
  'FILE_FAILED',
  'KEY_INVALID',
  'BUNDLE_MALFORMED',
  'BUNDLE_DAMAGED',
  'BUNDLE_WRONG_PLATFORM',
  'BUNDLE_UNSIGNED',
  'SIGNATURE_INVALID',
  ...siteExits,
  'LOAD_FAILED',
  'NOT_INSTALLED',
  'WRONG_SITE',
  'SITE_BUSY',
  'CHECK_FAILED',
  'BUDGET_OBSERVED',
]

/** How asking a site's Infisical, as its admin, can end. */
const adminExits: readonly ErrorCode[] = ['FILE_FAILED', ...siteExits, 'SERVER_FAILED', 'NOT_INSTALLED']

/** How looking at a site's tenancy, and changing it, can end. */
export const tenancyExits: readonly ErrorCode[] = [...adminExits, 'TENANCY_INVALID']

/** How bringing secrets of files to a site can end. */
export const migrateExits: readonly ErrorCode[] = [
  ...adminExits,
  'DISK_FULL',
  'SITE_BUSY',
  'SOPS_FAILED',
  'MIGRATION_UNFIT',
  'PARITY_FAILED',
]

/** How escrowing a site's keys and putting them back can end. */
export const keysExits: readonly ErrorCode[] = [
  'FILE_FAILED',
  'KEY_INVALID',
  ...siteExits,
  'KEYS_LOST',
  'NOT_INSTALLED',
]

/** How giving stores other client secrets can end. */
export const rotateStoresExits: readonly ErrorCode[] = [...adminExits, 'SITE_BUSY']

/** How a change of the admin's password can end. */
export const rotateAdminExits: readonly ErrorCode[] = [...adminExits, 'LOCK_INVALID', 'SITE_BUSY']

/** How a build can end. */
export const buildExits: readonly ErrorCode[] = [
  ...sealExits,
  'BUNDLE_MALFORMED',
  'BUNDLE_DAMAGED',
  'KEY_INVALID',
]

/** How a backup can end. */
export const backupExits: readonly ErrorCode[] = [
  'LOCK_INVALID',
  'DISK_FULL',
  'FILE_FAILED',
  'KEY_INVALID',
  ...siteExits,
  'DATABASE_DENIED',
  'DATABASE_UNFIT',
  'DATABASE_UNREACHABLE',
  'KEYS_LOST',
  'NOT_INSTALLED',
  'SITE_BUSY',
  'BACKUP_FAILED',
]

/** How a restore can end. */
export const restoreExits: readonly ErrorCode[] = [
  ...backupExits.filter(code => code !== 'DISK_FULL' && code !== 'BACKUP_FAILED'),
  'HELM_FAILED',
  'WRONG_SITE',
  'BACKUP_INVALID',
  'BACKUP_FAILED',
  'UPGRADE_UNFIT',
]
