import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { confirmLoss, yesFlag } from '../../cli/confirm.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { appliedText, lossOf } from '../../cli/tenancy-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { invitationsPath, readTenancy } from '../../kernel/tenancy-file/index.ts'
import { applyTenancy, unmetFault } from '../../teams/verbs/tenancy-apply/index.ts'

export default class TenancyApply extends BaseCommand {
  static override summary = 'Make Infisical as a tenancy file says. A second run changes nothing.'
  static override description =
    'Makes what is missing and changes what differs. Deletes nothing but what --prune names: what such a project has and the file does not name, after its name was typed. Sends at most four requests at once, and one at a time after the server has failed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --prune talent-mesh',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...tenancyExits,
    'DISK_FULL',
    'HELM_FAILED',
    'SITE_BUSY',
    'TENANCY_UNMET',
  ]
  static override flags = {
    site: siteFlag,
    file: tenancyFlag,
    invitations: Flags.string({
      summary: 'Where links that let people in are kept, 0600 (default: beside the tenancy file).',
    }),
    prune: Flags.string({
      multiple: true,
      helpValue: 'PROJECT',
      summary: 'Delete what this project has and the file does not name.',
    }),
    confirm: Flags.string({
      multiple: true,
      helpValue: 'PROJECT',
      summary: 'Say beforehand that you mean --prune of this project.',
    }),
    yes: yesFlag,
  }

  async run() {
    const { flags } = await this.parse(TenancyApply)
    const { file, prune = [], confirm, yes, invitations = invitationsPath(file) } = flags
    const files = nodeFiles()
    const [{ site }, tenancy] = await Promise.all([readSite(flags.site, files), readTenancy(file, files)])
    const request = { site: site.metadata.name, tenancy, invitations, prune }
    const host = await siteHost(site, process.env, this.note)
    const applied = await applyTenancy(request, host, this.talk, (project, removals) =>
      confirmLoss(lossOf(project, removals), { yes, names: confirm }, this.signal),
    )
    this.log(appliedText(applied))
    return this.withFault(applied, unmetFault(applied))
  }
}
