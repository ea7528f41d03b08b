import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { upgradeExits } from '../cli/exits.ts'
import { allowances, allowFlags, siteFlag, stepFlags } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { installedText } from '../cli/installed-text.ts'
import { loadFlag } from '../cli/load-flags.ts'
import { receiptFlag, writeReceiptFiles } from '../cli/receipt-files.ts'
import { upgradedText } from '../cli/upgraded-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { journalPath, readSite } from '../kernel/inputs/index.ts'
import { upgrade, withoutEscrow } from '../site/verbs/install/index.ts'

export default class Upgrade extends BaseCommand {
  static override summary =
    'Take a site to another version, and prove it; what cannot be proven is put back, the database too.'
  static override description =
    'Loads images and applies CRDs beside the running server, then stops it, copies its database inside PostgreSQL, and upgrades the release. Where the new version does not come up, its migration fails or the probe secret does not arrive, the copy is served again with the releases of before, and the command ends with a code of its own. The old bundle is not needed. A rerun after any interruption goes on.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.1.0.tar --site site.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --receipt receipt.html',
  ]
  static override readonly exits: readonly ErrorCode[] = upgradeExits
  static override args = { bundle: Args.string({ description: 'The new bundle', required: true }) }
  static override flags = {
    site: siteFlag,
    journal: Flags.string({ summary: 'Where finished steps are appended (default: beside the site file).' }),
    load: loadFlag(),
    receipt: receiptFlag({
      multiple: true,
      summary: 'Where the receipt goes: FILE.html, FILE.json.',
    }),
    ...allowFlags,
    ...stepFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Upgrade)
    const { receipt: receipts = [] } = flags
    const read = await readSite(flags.site, nodeFiles())
    const request = {
      ...{ bundle: args.bundle, site: read, allow: allowances(flags, true), load: flags.load },
      journal: flags.journal ?? journalPath(flags.site, read.site),
      ...{ version: this.config.version, withReceipt: receipts.length > 0 },
    }
    const result = await upgrade(request, await siteHost(read.site, process.env), this.talk)
    if (result.receipt) await writeReceiptFiles(result.receipt, receipts, nodeFiles())
    this.log(`${installedText(result)}\n${upgradedText(result)}`)
    if (!result.budget.observedFits)
      this.reporter.warn('more is used than the budget allows; sealift check says so with its exit code')
    const unkept = withoutEscrow(result)
    if (unkept !== undefined) this.reporter.warn(unkept)
    return result
  }
}
