import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { confirmLoss, yesFlag } from '../cli/confirm.ts'
import { restoreExits } from '../cli/exits.ts'
import { siteFlag } from '../cli/flags.ts'
import { askPassphrase, BaseCommand } from '../cli/index.ts'
import { type ErrorCode, printable } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { type RestoredBackup, rehearse, restore } from '../site/verbs/restore.ts'

export default class Restore extends BaseCommand {
  static override summary =
    'Put the keys and the database of a backup back; what is there is set aside, not dropped.'
  static override description =
    'The file is read whole before anything is changed. The database comes back beside the one that there is, by the pg_restore of the server’s own pod, or of an image that the site file names (database.tools), and every table is counted; then Infisical is stopped, the two change names, and it starts again. Where nothing is installed, an install takes up what was put back. With --rehearse the database is restored into a scratch database only, which is dropped again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> bank-prod-20261130T043000Z-0123456789ab.backup.age --site site.yaml --identity identity.txt',
    '<%= config.bin %> <%= command.id %> FILE -c site.yaml --identity identity.txt --rehearse',
  ]
  static override readonly exits: readonly ErrorCode[] = restoreExits
  static override args = { file: Args.string({ description: 'The backup', required: true }) }
  static override flags = {
    site: siteFlag,
    identity: Flags.string({
      char: 'i',
      required: true,
      helpValue: 'FILE',
      summary: 'File with age identities, 0600.',
    }),
    rehearse: Flags.boolean({ summary: 'Only try it: what Infisical uses is not touched.' }),
    yes: yesFlag,
  }

  async run() {
    const { args, flags } = await this.parse(Restore)
    const { site } = await readSite(flags.site, nodeFiles())
    const { name } = site.metadata
    const request = { site, file: args.file, identity: flags.identity }
    const host = await siteHost(site, process.env, this.note)
    const ask = askPassphrase(this.signal)
    if (flags.rehearse) {
      const done = await rehearse(request, host, this.talk, ask)
      this.log(`the backup of ${done.at} comes back whole: ${done.tables} tables, ${done.rows} rows`)
      return done
    }
    await confirmLoss(
      {
        name,
        to: 'put the backup back on',
        lines: [],
        goes: ['what was written since the backup, out of what Infisical shows'],
        stays: ['the database of before, under another name that is told'],
        hints: ['--rehearse tries it without a change.'],
      },
      flags,
      this.signal,
    )
    const done = await restore(request, host, this.talk, ask)
    this.log(
      [
        `database ${done.database} is as it was at ${done.at}`,
        ...(done.setAside ? [`  set aside   ${done.setAside}: drop it when nobody needs it any more`] : []),
        ...done.keys.map(place => `  keys        Secret ${place}`),
        ...(done.started ? [] : [`  → ${next(done)}`]),
      ].join('\n'),
    )
    return done
  }
}

/** What puts a server before a database that waits for one. */
function next({ wayBack, bundle: { name, version } }: RestoredBackup): string {
  if (wayBack)
    return 'run sealift rollback BUNDLE -c site.yaml: it brings the releases that this database is of'
  return `run install with ${printable(`${name} ${version}`, 200)} or newer: it takes up the keys and the database`
}
