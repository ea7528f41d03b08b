import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { appliedText } from '../../cli/tenancy-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite, readTenancy } from '../../kernel/inputs/index.ts'
import { applyTenancy } from '../../teams/verbs/tenancy-apply.ts'

export default class TenancyApply extends BaseCommand {
  static override summary = 'Make Infisical as a tenancy file says. A second run changes nothing.'
  static override description =
    'Makes what is missing and changes what differs; deletes nothing. Sends at most four requests at once, and one at a time after the server has failed.'
  static override examples = ['<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml']
  static override readonly exits: readonly ErrorCode[] = tenancyExits
  static override flags = { site: siteFlag, file: tenancyFlag }

  async run() {
    const { flags } = await this.parse(TenancyApply)
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, nodeFiles()),
      readTenancy(flags.file, nodeFiles()),
    ])
    const request = { site: site.metadata.name, tenancy }
    const applied = await applyTenancy(request, await siteHost(site, process.env), this.talk)
    this.log(appliedText(applied))
    return applied
  }
}
