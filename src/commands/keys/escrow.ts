import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { confirmLoss, yesFlag } from '../../cli/confirm.ts'
import { keysExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { escrowKeys } from '../../site/verbs/keys-escrow.ts'

export default class KeysEscrow extends BaseCommand {
  static override summary =
    'Write the keys of a site, without which its database cannot be read, into a file that only age identities open.'
  static override description =
    'The file is age’s: age -d opens it as well. In it are ENCRYPTION_KEY and AUTH_SECRET of Infisical, the site’s name, when it was made and a fingerprint. Recipients are age1… as age-keygen prints them; without --to and --recipients those of escrow in the site file. The cluster keeps a note of the fingerprint and the recipients, nothing secret. Where the file is this very escrow already, nothing is written.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --to age1… -o bank-prod.age',
    '<%= config.bin %> <%= command.id %> -c site.yaml --recipients team.txt -o /media/safe/bank-prod.age',
    'age -d -i identity.txt bank-prod.age',
  ]
  static override readonly exits: readonly ErrorCode[] = [...keysExits, 'DISK_FULL', 'SITE_BUSY']
  static override flags = {
    site: siteFlag,
    to: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'age1…',
      summary: 'A recipient, who can open it; may be given several times.',
    }),
    recipients: Flags.string({ helpValue: 'FILE', summary: 'Recipients, one a line, as age -R reads them.' }),
    output: Flags.string({
      char: 'o',
      required: true,
      helpValue: 'FILE',
      summary: 'The file to write, 0600.',
    }),
    confirm: Flags.string({
      helpValue: 'FILE',
      summary: 'Say beforehand that this file, which is there, may be written over.',
    }),
    yes: yesFlag,
  }

  async run() {
    const { flags } = await this.parse(KeysEscrow)
    const { to = [], recipients, output, confirm, yes } = flags
    const { site } = await readSite(flags.site, nodeFiles())
    const request = { site, to, output, ...(recipients === undefined ? {} : { recipients }) }
    const host = await siteHost(site, process.env, this.note)
    const made = await escrowKeys(request, host, this.talk, path =>
      confirmLoss(
        { name: path, lines: ['what is in it now, which is not the escrow on record'] },
        { yes, names: confirm === undefined ? [] : [confirm] },
        this.signal,
      ),
    )
    this.log(
      [
        `${made.file}${made.written ? '' : ' is this escrow already'}`,
        `  keys        ${made.fingerprint}`,
        `  made        ${made.madeAt}`,
        ...made.recipients.map(recipient => `  recipient   ${recipient}`),
      ].join('\n'),
    )
    return made
  }
}
