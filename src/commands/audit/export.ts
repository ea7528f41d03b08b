import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { exportedText, givenOutput, requiredOutput, runsText } from '../../cli/audit-text.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { sinceFlag } from '../../cli/time.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { exportRuns } from '../../kernel/history/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { exportAudit } from '../../teams/verbs/audit-export.ts'

export default class AuditExport extends BaseCommand {
  static override summary =
    'Write who asked Infisical for what and when into a file, for an auditor, or what Sealift did on the site. Never values.'
  static override description =
    'With a licence this is Infisical’s own audit log; without one the server keeps none, and the file has the requests that its pods have logged: time, method, path, status and address. Lines of JSON (NDJSON), mode 0600; the first says what the file is, what it is not, and what is missing. It ends a minute ago; --after goes on where an earlier one ended, and holds its sha256. With --of sealift it is Sealift’s own log of runs that could change the site, whole and as it lies there: audit verify follows its chain.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --since 7d -o audit-48.ndjson',
    '<%= config.bin %> <%= command.id %> -c site.yaml --after audit-48.ndjson -o audit-49.ndjson',
    '<%= config.bin %> <%= command.id %> -c site.yaml --of sealift -o runs.jsonl',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...(['DISK_FULL', 'FILE_FAILED', 'SITE_INVALID', 'CLUSTER_UNREACHABLE', 'CLUSTER_DENIED'] as const),
    ...(['CLUSTER_FAILED', 'FOREIGN_INSTALL', 'SERVER_FAILED', 'NOT_INSTALLED', 'WRONG_SITE'] as const),
  ]
  static override flags = {
    site: siteFlag,
    of: Flags.string({
      options: ['infisical', 'sealift'],
      default: 'infisical',
      summary: 'Whose log: who asked Infisical for what, or what Sealift has done on the site.',
    }),
    output: Flags.string({
      char: 'o',
      helpValue: 'FILE',
      summary:
        'The file to write, 0600; one that is there is not written over. Sealift’s own is printed without it.',
    }),
    since: sinceFlag({
      exclusive: ['after'],
      summary: 'From when on: so long ago, such as 24h or 7d, or 2026-11-29T12:00:00Z; 24h unless said.',
    }),
    after: Flags.string({ helpValue: 'FILE', summary: 'An earlier export, to go on where it ends.' }),
  }

  async run() {
    const { flags } = await this.parse(AuditExport)
    const { after, since = Date.now() - 24 * 3600 * 1000 } = flags
    const { site } = await readSite(flags.site, nodeFiles())
    const host = await siteHost(site, process.env, this.note)
    const name = site.metadata.name
    if (flags.of === 'sealift') {
      const { exported, text } = await exportRuns({ site: name, ...givenOutput(flags) }, host)
      this.log(exported.file === undefined ? text.trimEnd() : runsText(exported))
      return exported
    }
    const request = {
      site: name,
      output: requiredOutput(flags),
      since,
      ...(after === undefined ? {} : { after }),
    }
    const exported = await exportAudit(request, host, this.talk)
    this.log(exportedText(exported))
    return exported
  }
}
