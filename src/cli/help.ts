import { type Command, CommandHelp, Help } from '@oclif/core'
import { type ErrorCode, exitCodes } from '../kernel/errors/index.ts'

/** Explanations printed beside exit codes; one line each. */
export const exitMeanings: Record<ErrorCode, string> = {
  BUG: 'a fault of Sealift itself',
  USAGE: 'wrong flags or arguments',
  SPEC_INVALID: 'bundle.yaml or registries.yaml is not valid',
  CHART_NOT_FOUND: 'a chart or its version does not exist',
  IMAGE_NOT_FOUND: 'an image, tag or platform does not exist',
  RENDER_FAILED: 'helm could not render a chart',
  LOCK_INVALID: 'bundle.lock.yaml is missing or not valid',
  LOCK_DRIFT: 'what the lock names has changed',
  FACTS_INVALID: 'the file of facts is none that this version reads, or of another kind of site',
  BUDGET_EXCEEDED: 'declared requests are above the budget',
  REGISTRY_DENIED: 'a registry refused the credentials (401, 403)',
  REGISTRY_FAILED: 'a registry failed (429, 5xx, broken answers)',
  REGISTRY_UNREACHABLE: 'a registry could not be reached',
  CONTENT_MISMATCH: 'content is not what its digest says',
  DISK_FULL: 'the volume has no room',
  FILE_FAILED: 'a file could not be read or written',
  KEY_INVALID: 'a key or its passphrase cannot be used',
  BUNDLE_MALFORMED: 'not a bundle, or one with forbidden content',
  BUNDLE_DAMAGED: 'the bundle is damaged or incomplete',
  BUNDLE_WRONG_PLATFORM: "the bundle was not made for the site's architecture",
  BUNDLE_UNSIGNED: 'the bundle has no signature, and one is required',
  SIGNATURE_INVALID: 'the signature is not by a key that is trusted here',
  BASE_MISSING: 'a delta, and what it builds on is not here',
  SITE_INVALID: 'site.yaml is not valid',
  CLUSTER_UNREACHABLE: 'the Kubernetes API could not be reached',
  CLUSTER_DENIED: 'the Kubernetes API refused the rights',
  CLUSTER_FAILED: 'the Kubernetes API failed',
  FOREIGN_INSTALL: "someone else's installation is in the way",
  LOAD_FAILED: 'images could not be loaded into containerd',
  DATABASE_DENIED: 'PostgreSQL refused the login or the rights',
  DATABASE_UNFIT: 'PostgreSQL does not fit (version, encoding, owner)',
  DATABASE_UNREACHABLE: 'PostgreSQL could not be reached',
  CACHE_DENIED: 'Dragonfly refused the login',
  CACHE_UNFIT: 'Dragonfly is not set up for Infisical',
  CACHE_UNREACHABLE: 'Dragonfly could not be reached',
  KEYS_LOST: 'the database has data, but its encryption key is gone',
  HELM_FAILED: 'a release did not become ready',
  SERVER_FAILED: 'Infisical answered with an error',
  PROOF_FAILED: 'the probe secret did not arrive, or a store is not ready',
  NOT_INSTALLED: 'nothing is installed here, or not to its end',
  DOWNGRADE_REFUSED: 'a newer bundle is installed here',
  WRONG_SITE: 'the bundle, or the escrow, was made for another site',
  SITE_BUSY: 'another one is changing this site',
  CHECK_FAILED: 'something that runs is not as it should be',
  PLAN_INVALID: 'the plan file is none that this version reads',
  PLAN_STALE: 'bundle, site file or site have moved since the plan was made',
  PLAN_DRIFT: 'plan --drift: an install would change something',
  BUDGET_OBSERVED: 'all works, but uses more than the budget',
  PREFLIGHT_FAILED: 'something that was looked at would stop an install',
  UPGRADE_UNFIT: 'what is installed cannot be upgraded to this bundle, or not so',
  ROLLED_BACK: 'the upgrade failed, and the site is as it was before',
  ROLLBACK_FAILED: 'the site could not be put back to what it was',
  AUDIT_BROKEN: 'the audit log is not as it was written',
  TENANCY_INVALID: 'tenancy.yaml is not valid, or of another organisation',
  TENANCY_DRIFT: 'the server is not as tenancy.yaml says',
  TENANCY_UNMET: 'something in tenancy.yaml cannot be had on this server',
  CI_REFUSED: 'claims that were given would not get in',
  SECRETS_OLD: 'secrets are older than tenancy.yaml lets them be',
  SOPS_FAILED: 'a file could not be read with sops',
  MIGRATION_UNFIT: 'secrets would not survive their migration, or have nowhere to go',
  PARITY_FAILED: 'what was migrated is read back otherwise',
  BACKUP_INVALID: 'not a backup, or one that is damaged, cut off or changed',
  BACKUP_FAILED: 'a backup could not be made, or not be put back',
  INTERRUPTED: 'interrupted (Ctrl-C)',
}

interface WithExitCodes extends Command.Loadable {
  exits?: readonly ErrorCode[]
}

class CommandHelpWithExitCodes extends CommandHelp {
  protected override sections() {
    const own = (this.command as WithExitCodes).exits ?? []
    const codes = (['BUG', 'USAGE', ...own, 'INTERRUPTED'] as const).toSorted(
      (a, b) => exitCodes[a] - exitCodes[b],
    )
    const rows = codes.map(code => ({
      name: String(exitCodes[code]),
      description: `${exitMeanings[code]} (${code})`,
    }))
    const header = 'EXIT CODES'
    const body = [{ name: '0', description: 'all is well' }, ...rows]
    const section = { header, generate: () => ({ header, body }) }
    return [...super.sections(), section]
  }
}

/** oclif's help with an EXIT CODES section from each command's `exits`. */
export default class HelpWithExitCodes extends Help {
  protected override CommandHelpClass = CommandHelpWithExitCodes
}
