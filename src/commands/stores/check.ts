import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { storesCheckText } from '../../cli/stores-check-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { checkFault, checkStores } from '../../teams/verbs/stores-check.ts'

export default class StoresCheck extends BaseCommand {
  static override summary =
    'Find what External Secrets Operator calls synced and is not. Changes nothing, shows no value.'
  static override description =
    'Looks at every ExternalSecret and PushSecret that goes through a store of Sealift’s, reads Infisical the way the store does, and compares digests with the Secrets that are there: a find that found nothing, values that arrive empty, imports that are shadowed, pushes that write a version each time, what is never looked at again, and Secrets that nobody makes any more. What only takes until the next look is no fault.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --quiet --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [...tenancyExits, 'CHECK_FAILED']
  static override flags = { site: siteFlag, file: tenancyFlag }

  async run() {
    const { flags } = await this.parse(StoresCheck)
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, nodeFiles()),
      readTenancy(flags.file, nodeFiles()),
    ])
    const request = { site: site.metadata.name, tenancy }
    const checked = await checkStores(request, await siteHost(site, process.env, this.note), this.talk)
    this.log(storesCheckText(checked))
    return this.withFault(checked, checkFault(checked))
  }
}
