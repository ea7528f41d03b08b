import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { archiveWanted, upgradeArchiveFlags } from '../cli/backup-flags.ts'
import { upgradeExits } from '../cli/exits.ts'
import { stepFlags } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { installedText } from '../cli/installed-text.ts'
import { installFlags, installRequest, warnInstalled } from '../cli/installing.ts'
import { writeReceiptFiles } from '../cli/receipt-files.ts'
import { upgradedText } from '../cli/upgraded-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import type { SiteReceipt } from '../site/receipt/index.ts'
import { upgrade, withoutEscrow } from '../site/verbs/install/index.ts'

export default class Upgrade extends BaseCommand {
  static override summary =
    'Take a site to another version, and prove it; what cannot be proven is put back, the database too.'
  static override description =
    'Takes an archive for the safe and tries its restore, loads images and applies CRDs beside the running server, then stops it, copies its database inside PostgreSQL, and upgrades the release. Where the new version does not come up, its migration fails or the probe secret does not arrive, the copy is served again with the releases of before, and the command ends with a code of its own. The old bundle is not needed. A rerun after any interruption goes on.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.1.0.tar --site site.yaml --backup /media/safe',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --receipt receipt.html',
  ]
  static override readonly exits: readonly ErrorCode[] = upgradeExits
  static override args = { bundle: Args.string({ description: 'The new bundle', required: true }) }
  static override flags = {
    ...installFlags,
    ...stepFlags,
    ...upgradeArchiveFlags,
    budget: Flags.option({
      options: ['hold', 'warn'] as const,
      default: 'warn' as const,
      summary: 'Whether the site goes back where more is used than the budget allows.',
    })(),
  }

  async run() {
    const { args, flags } = await this.parse(Upgrade)
    const read = await readSite(flags.site, nodeFiles())
    const { receipt: receipts = [] } = flags
    const request = {
      ...installRequest(args.bundle, read, flags, this.config.version, true),
      ...archiveWanted(flags),
      budget: flags.budget,
      ...(receipts.length > 0 && {
        takeReturned: (receipt: SiteReceipt) => writeReceiptFiles(receipt, receipts, nodeFiles()),
      }),
    }
    const result = await upgrade(request, await siteHost(read.site, process.env, this.note), this.talk)
    if (result.receipt) await writeReceiptFiles(result.receipt, receipts, nodeFiles())
    this.log(`${installedText(result)}\n${upgradedText(result)}`)
    warnInstalled(result, withoutEscrow(result), this.reporter)
    return result
  }
}
