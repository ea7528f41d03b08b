import { Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { budgetText } from '../cli/budget-table.ts'
import { siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { check, checkFault } from '../site/verbs/check/index.ts'

export default class Check extends BaseCommand {
  static override summary =
    'Ask whether a site works: databases, Infisical, External Secrets Operator, releases, images, use against the budget.'
  static override description =
    'Logs in to PostgreSQL, Dragonfly and Infisical as those do that live on them, and sends one secret from Infisical to a Kubernetes Secret. Leaves nothing behind. Use is measured over a window, the highest figure of each container counts.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml --window 60 --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'LOCK_INVALID',
    'FILE_FAILED',
    'SITE_INVALID',
    'CLUSTER_UNREACHABLE',
    'CLUSTER_DENIED',
    'CLUSTER_FAILED',
    'FOREIGN_INSTALL',
    'NOT_INSTALLED',
    'CHECK_FAILED',
    'BUDGET_OBSERVED',
  ]
  static override flags = {
    site: siteFlag,
    window: Flags.integer({ default: 10, min: 0, max: 3600, summary: 'Seconds to measure use for.' }),
  }

  async run() {
    const { flags } = await this.parse(Check)
    const { site } = await readSite(flags.site, nodeFiles())
    const result = await check(flags.window, site, await siteHost(site, process.env), this.talk)
    for (const { id, ok, message, hint } of result.verdicts)
      this.log(`${ok ? '✔' : '✖'} ${id}: ${message}${hint ? `\n    → ${hint}` : ''}`)
    this.log(`\n${budgetText(result.budget)}`)
    return this.withFault(result, checkFault(result))
  }
}
