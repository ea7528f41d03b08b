import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { planText } from '../../cli/tenancy-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { driftFault, planTenancy } from '../../teams/verbs/tenancy-plan.ts'

export default class TenancyPlan extends BaseCommand {
  static override summary =
    'Show what a tenancy file wants and Infisical has not, thing by thing. Changes nothing.'
  static override description =
    'Reaches Infisical through the cluster, as its admin. With --drift a difference ends with a code of its own, for a cron.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --drift --quiet',
  ]
  static override readonly exits: readonly ErrorCode[] = [...tenancyExits, 'TENANCY_DRIFT']
  static override flags = {
    site: siteFlag,
    file: tenancyFlag,
    drift: Flags.boolean({ summary: 'End with an error where the server is not as the file says.' }),
  }

  async run() {
    const { flags } = await this.parse(TenancyPlan)
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, nodeFiles()),
      readTenancy(flags.file, nodeFiles()),
    ])
    const request = { site: site.metadata.name, tenancy }
    const plan = await planTenancy(request, await siteHost(site, process.env, this.note), this.talk)
    this.log(planText(plan))
    return this.withFault(plan, flags.drift ? driftFault(plan) : undefined)
  }
}
