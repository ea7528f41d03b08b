/**
 * Every way Sealift can fail, with the exit code a script sees: the one table behind `--help`, the README
 * and the process's exit. 1 is a fault of ours, 2 a usage fault, 130 an interruption.
 */
export const exitCodes = {
  BUG: 1,
  USAGE: 2,
  // building: what was asked for
  SPEC_INVALID: 10,
  CHART_NOT_FOUND: 11,
  IMAGE_NOT_FOUND: 12,
  RENDER_FAILED: 13,
  LOCK_INVALID: 14,
  LOCK_DRIFT: 15,
  BUDGET_EXCEEDED: 16,
  FACTS_INVALID: 17,
  // building: the world
  REGISTRY_DENIED: 20,
  REGISTRY_FAILED: 21,
  REGISTRY_UNREACHABLE: 22,
  CONTENT_MISMATCH: 23,
  DISK_FULL: 24,
  FILE_FAILED: 25,
  KEY_INVALID: 26,
  // the bundle
  BUNDLE_MALFORMED: 30,
  BUNDLE_DAMAGED: 31,
  BUNDLE_WRONG_PLATFORM: 32,
  BUNDLE_UNSIGNED: 33,
  SIGNATURE_INVALID: 34,
  BASE_MISSING: 35,
  // the site
  SITE_INVALID: 40,
  CLUSTER_UNREACHABLE: 41,
  CLUSTER_DENIED: 42,
  CLUSTER_FAILED: 43,
  FOREIGN_INSTALL: 44,
  LOAD_FAILED: 45,
  DATABASE_DENIED: 46,
  DATABASE_UNFIT: 47,
  DATABASE_UNREACHABLE: 48,
  CACHE_DENIED: 49,
  CACHE_UNFIT: 50,
  CACHE_UNREACHABLE: 51,
  KEYS_LOST: 52,
  HELM_FAILED: 53,
  SERVER_FAILED: 54,
  PROOF_FAILED: 55,
  NOT_INSTALLED: 56,
  DOWNGRADE_REFUSED: 57,
  WRONG_SITE: 58,
  SITE_BUSY: 59,
  // judging what runs
  CHECK_FAILED: 60,
  BUDGET_OBSERVED: 61,
  // looking before an install
  PREFLIGHT_FAILED: 62,
  // what was planned
  PLAN_INVALID: 63,
  PLAN_STALE: 64,
  PLAN_DRIFT: 65,
  AUDIT_BROKEN: 66,
  UPGRADE_UNFIT: 67,
  ROLLED_BACK: 68,
  ROLLBACK_FAILED: 69,
  // its teams
  TENANCY_INVALID: 70,
  TENANCY_DRIFT: 71,
  TENANCY_UNMET: 72,
  CI_REFUSED: 76,
  SECRETS_OLD: 77,
  SOPS_FAILED: 73,
  MIGRATION_UNFIT: 74,
  PARITY_FAILED: 75,
  // its backups
  BACKUP_INVALID: 78,
  BACKUP_FAILED: 79,
  INTERRUPTED: 130,
} as const

/** The name of a fault; `--json` prints it as `error.code`. */
export type ErrorCode = keyof typeof exitCodes
