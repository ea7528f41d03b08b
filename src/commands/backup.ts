import { Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { archiveFlags } from '../cli/backup-flags.ts'
import { backupExits } from '../cli/exits.ts'
import { siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { backup } from '../site/verbs/backup.ts'

export default class Backup extends BaseCommand {
  static override summary =
    'Write all that a site cannot do without into one file that only age identities open.'
  static override description =
    'In it are the database, by the pg_dump of the server’s own pod, or of an image that the site file names (database.tools), and as it is in one moment while Infisical runs; the keys and the admin’s login; helm’s records, the objects of External Secrets Operator, the receipt and the images by digest. It is a tar in an age file: age -d | tar t opens it as well, and cat database/* is a dump for pg_restore. Its name ends in the beginning of its sha256. It is never written in clear.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml -o /media/safe --recipient age1…',
    '<%= config.bin %> <%= command.id %> -c site.yaml -o /media/safe --rehearse --keep 7',
    'age -d -i identity.txt bank-prod-20261130T043000Z-0123456789ab.backup.age | tar t',
  ]
  static override readonly exits: readonly ErrorCode[] = backupExits
  static override flags = {
    site: siteFlag,
    output: Flags.string({
      char: 'o',
      required: true,
      helpValue: 'FOLDER',
      summary: 'The folder to write to; the file’s name is made.',
    }),
    ...archiveFlags,
    rehearse: Flags.boolean({
      summary: 'Restore it into a scratch database, count all rows, and drop that, before older ones go.',
    }),
  }

  async run() {
    const { flags } = await this.parse(Backup)
    const { output: folder, recipient: recipients = [], keep, rehearse } = flags
    const { site } = await readSite(flags.site, nodeFiles())
    const { version } = this.config
    const request = { site, folder, recipients, rehearse, version, ...(keep === undefined ? {} : { keep }) }
    const made = await backup(request, await siteHost(site, process.env, this.note), this.talk)
    this.log(
      [
        made.path,
        `  sha256      ${made.digest}`,
        `  database    ${made.database.bytes} bytes of a dump of PostgreSQL ${made.database.version}`,
        ...made.recipients.map(one => `  recipient   ${one}`),
        ...(made.rehearsed ? ['  rehearsed   every table came back with its rows'] : []),
        ...made.removed.map(path => `  removed     ${path}`),
      ].join('\n'),
    )
    return made
  }
}
