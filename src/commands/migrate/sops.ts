import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { createSops } from '../../adapters/sops/index.ts'
import { migrateExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { readingFlags, readingOptions, slugFlags, switchFlag, switchName } from '../../cli/migrate-flags.ts'
import { migratedText } from '../../cli/migrate-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { acceptable, migrateSops, migrationFault } from '../../teams/verbs/migrate-sops/index.ts'

export default class MigrateSops extends BaseCommand {
  static override summary =
    'Bring secrets of files that sops has encrypted into Infisical. Only plans, unless --apply is there.'
  static override description =
    'Decrypts with the sops that is on PATH, in memory alone. The plan has names, places and sizes, and all that would not survive on the server, in Kubernetes or in a shell; never a value. With --apply, and where nothing stands in the way, writes what the server has not or has otherwise, reads all of it back as External Secrets Operator does, and compares. It can be killed and run again; a second run writes nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> secrets/ --site site.yaml --project talent-mesh --environment prod',
    '<%= config.bin %> <%= command.id %> secrets/prod.enc.yaml -c site.yaml --project talent-mesh --environment prod --apply --report migrated.json',
    "<%= config.bin %> <%= command.id %> secrets/ -c site.yaml --project talent-mesh --environment prod --path /db --leave 'terraform/**'",
  ]
  static override readonly exits: readonly ErrorCode[] = migrateExits
  static override strict = false
  static override args = {
    path: Args.string({ required: true, description: 'A file or folder; several may be named.' }),
  }
  static override flags = {
    site: siteFlag,
    ...slugFlags,
    apply: Flags.boolean({ summary: 'Write, after the plan; without it nothing is changed.' }),
    accept: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      options: [...acceptable],
      summary: 'Leave out what is refused, or write what is changed all the same.',
    }),
    report: Flags.string({
      helpValue: 'FILE',
      summary: 'Keep a report, 0600: names, places, sizes, digests; no values.',
    }),
    switch: switchFlag,
    ...readingFlags,
  }

  async run() {
    const { argv, flags } = await this.parse(MigrateSops)
    const { project, environment, path, apply, report } = flags
    const switches = (flags.switch ?? []).map(switchName)
    const accept = acceptable.filter(one => flags.accept?.includes(one))
    const { site } = await readSite(flags.site, nodeFiles())
    const host = { ...(await siteHost(site, process.env, this.note)), sops: createSops() }
    const options = readingOptions(flags)
    const asked = { site: site.metadata.name, project, environment, path, apply, accept, report, switches }
    const migrated = await migrateSops({ ...asked, paths: argv.map(String), options }, host, this.talk)
    this.log(migratedText(migrated))
    return this.withFault(migrated, migrationFault(migrated, accept))
  }
}
