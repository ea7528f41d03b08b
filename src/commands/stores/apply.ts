import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { confirmLoss, yesFlag } from '../../cli/confirm.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { storesAppliedText } from '../../cli/stores-text.ts'
import { lossOf } from '../../cli/tenancy-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { applyStoresOf, storesFault } from '../../teams/verbs/stores-apply/index.ts'

export default class StoresApply extends BaseCommand {
  static override summary =
    'Let Kubernetes namespaces read secrets, as a tenancy file says. A second run changes nothing.'
  static override description =
    'Makes a machine identity, its credentials and a ClusterSecretStore for each environment in stores.serve, and with layout: one-store the project that looks into all others, with the one store for all teams; waits until External Secrets Operator calls them ready. Credentials that log in stay. Deletes nothing but what --prune names: what Sealift made for such a project and the file does not have, after its name was typed.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --prune talent-mesh',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...tenancyExits,
    'HELM_FAILED',
    'PROOF_FAILED',
    'SITE_BUSY',
    'TENANCY_UNMET',
  ]
  static override flags = {
    site: siteFlag,
    file: tenancyFlag,
    prune: Flags.string({
      multiple: true,
      helpValue: 'PROJECT',
      summary: 'Delete stores of this project that the file does not have.',
    }),
    confirm: Flags.string({
      multiple: true,
      helpValue: 'PROJECT',
      summary: 'Say beforehand that you mean --prune of this project.',
    }),
    yes: yesFlag,
  }

  async run() {
    const { flags } = await this.parse(StoresApply)
    const { file, prune = [], confirm, yes } = flags
    const files = nodeFiles()
    const [{ site }, tenancy] = await Promise.all([readSite(flags.site, files), readTenancy(file, files)])
    const request = { site: site.metadata.name, tenancy, prune }
    const host = await siteHost(site, process.env, this.note)
    const applied = await applyStoresOf(request, host, this.talk, (project, removals) =>
      confirmLoss(lossOf(project, removals), { yes, names: confirm }, this.signal),
    )
    this.log(storesAppliedText(applied))
    return this.withFault(applied, storesFault(applied))
  }
}
