import { Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { siteExits } from '../../cli/exits.ts'
import { fitText } from '../../cli/fit-text.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { fitFault, fitSite } from '../../site/verbs/budget-fit.ts'

export default class BudgetFit extends BaseCommand {
  static override summary =
    'Say the smallest honest setting for a site by what was observed: requests, limits, heap, workers, and what each gives up.'
  static override description =
    'Measures what is used over a window, takes the kernel’s own peaks and what was recorded before, and shows what would change as a diff of values; changes nothing of what runs. It is honest once it was observed again: record it, install it, and run this again ten minutes after the boot.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -c site.yaml --window 60',
    '<%= config.bin %> <%= command.id %> -c site.yaml --without-webhook --record -o bundles/infisical/values',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...(['LOCK_INVALID', 'DISK_FULL', 'FILE_FAILED'] as const),
    ...siteExits,
    ...(['NOT_INSTALLED', 'BUDGET_OBSERVED'] as const),
  ]
  static override flags = {
    site: siteFlag,
    window: Flags.integer({ default: 60, min: 0, max: 3600, summary: 'Seconds to measure use for.' }),
    settled: Flags.integer({
      ...{ default: 10, min: 0, max: 60, helpValue: 'MINUTES' },
      summary: 'How long after its start a container is at rest.',
    }),
    'without-webhook': Flags.boolean({
      default: false,
      summary: 'Leave out External Secrets Operator’s webhook, and the controller of its certificates.',
    }),
    record: Flags.boolean({ summary: 'Note it on the site, so that it can be confirmed later.' }),
    output: Flags.string({
      char: 'o',
      helpValue: 'FOLDER',
      summary: 'Write values files there, CHART.fit.yaml, to go behind those of bundle.yaml.',
    }),
  }

  async run() {
    const { flags } = await this.parse(BudgetFit)
    const { site } = await readSite(flags.site, nodeFiles())
    const { window, settled, record, output, 'without-webhook': withoutWebhook } = flags
    const host = await siteHost(site, process.env, this.note)
    const found = await fitSite({ site, window, settled, record, output, withoutWebhook }, host, this.talk)
    this.log(fitText(found))
    return this.withFault(found, fitFault(found))
  }
}
