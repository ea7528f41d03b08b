import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { storesPlanText } from '../../cli/stores-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { planStores, storesDrift } from '../../teams/verbs/stores-plan.ts'

export default class StoresPlan extends BaseCommand {
  static override summary =
    'Show what the stores of a tenancy file lack, in Infisical and in the cluster. Changes nothing.'
  static override description =
    'Looks at identities and their rights, at credentials by logging in with them, at the ClusterSecretStores, with layout: one-store at what the looking project sees and at every folder that teams have made, and whether External Secrets Operator calls them ready. With --drift a difference ends with a code of its own, for a cron.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --drift --quiet',
  ]
  static override readonly exits: readonly ErrorCode[] = [...tenancyExits, 'TENANCY_DRIFT']
  static override flags = {
    site: siteFlag,
    file: tenancyFlag,
    drift: Flags.boolean({ summary: 'End with an error where the stores are not as the file says.' }),
  }

  async run() {
    const { flags } = await this.parse(StoresPlan)
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, nodeFiles()),
      readTenancy(flags.file, nodeFiles()),
    ])
    const request = { site: site.metadata.name, tenancy }
    const plan = await planStores(request, await siteHost(site, process.env, this.note), this.talk)
    this.log(storesPlanText(plan))
    return this.withFault(plan, flags.drift ? storesDrift(plan) : undefined)
  }
}
