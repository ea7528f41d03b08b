import { Args } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { confirmLoss, yesFlag } from '../cli/confirm.ts'
import { upgradeExits } from '../cli/exits.ts'
import { allowances, allowFlags, siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { journalFlag } from '../cli/installing.ts'
import { rollbackLoss, rolledBackText } from '../cli/upgraded-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { journalPath, readSite } from '../kernel/inputs/index.ts'
import { rollback } from '../site/verbs/install/index.ts'

// A way back leads to an older version, whichever bundle lends its helm.
const { 'allow-downgrade': _, ...otherAllowFlags } = allowFlags

export default class Rollback extends BaseCommand {
  static override summary = 'Take a site back to what it was before its last upgrade, the database too.'
  static override description =
    'Stops Infisical, serves the copy of the database that the upgrade made, takes the releases back and proves it. What was written since stays in a database that is set aside. Of the bundle nothing but its helm is used: the newer one does, or the older. Also brings a way back to its end that was interrupted.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.1.0.tar --site site.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --yes',
  ]
  static override readonly exits: readonly ErrorCode[] = upgradeExits.filter(
    code =>
      ![
        ...['ROLLED_BACK', 'UPGRADE_UNFIT', 'DOWNGRADE_REFUSED'],
        ...['BACKUP_FAILED', 'BACKUP_INVALID', 'PROOF_FAILED', 'BUDGET_OBSERVED'],
      ].includes(code),
  )
  static override args = {
    bundle: Args.string({ description: 'A bundle of this platform: its helm is used', required: true }),
  }
  static override flags = {
    site: siteFlag,
    journal: journalFlag,
    ...otherAllowFlags,
    yes: yesFlag,
  }

  async run() {
    const { args, flags } = await this.parse(Rollback)
    const read = await readSite(flags.site, nodeFiles())
    await confirmLoss(rollbackLoss(read.site.metadata.name), flags, this.signal)
    const request = {
      ...{ bundle: args.bundle, site: read, allow: allowances({ ...flags, 'allow-downgrade': true }, true) },
      journal: flags.journal ?? journalPath(flags.site, read.site),
    }
    const result = await rollback(request, await siteHost(read.site, process.env, this.note), this.talk)
    this.log(rolledBackText(result))
    return result
  }
}
