import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { siteExits } from '../cli/exits.ts'
import { siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { receiptFlag, writeReceiptFiles } from '../cli/receipt-files.ts'
import { receiptText } from '../cli/receipt-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { receipt } from '../site/verbs/receipt.ts'

export default class Receipt extends BaseCommand {
  static override summary =
    'Write down what was installed on a site: for the change ticket, as one HTML page, or as JSON.'
  static override description =
    'From what the site itself holds: bundle, signature, who and when, the steps over time, images on the nodes by digest and with their pins, the objects of the releases, what is declared and used against the budget. The page needs nothing but itself, and prints on A4. No secret is in it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -c site.yaml -o receipt.html',
    '<%= config.bin %> <%= command.id %> -c site.yaml -o receipt.html -o receipt.json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'LOCK_INVALID',
    'DISK_FULL',
    'FILE_FAILED',
    ...siteExits,
    'NOT_INSTALLED',
  ]
  static override flags = {
    site: siteFlag,
    output: receiptFlag({
      char: 'o',
      multiple: true,
      summary: 'Where it is written: FILE.html, FILE.json; may be repeated.',
    }),
  }

  async run() {
    const { flags } = await this.parse(Receipt)
    const { site } = await readSite(flags.site, nodeFiles())
    const host = await siteHost(site, process.env, this.note)
    const found = await receipt(site, this.config.version, host, this.talk)
    const { output: paths = [] } = flags
    await writeReceiptFiles(found, paths, host.files)
    this.log(paths.length > 0 ? paths.join('\n') : receiptText(found))
    return found
  }
}
