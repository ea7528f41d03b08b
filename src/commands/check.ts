import { Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { checkLine } from '../cli/check-line.ts'
import { checkMetrics, metricsFlag } from '../cli/check-metrics.ts'
import { checkText } from '../cli/check-text.ts'
import { checkExits } from '../cli/exits.ts'
import { allowFlags, siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { journalPath, readSite } from '../kernel/inputs/index.ts'
import { check, checkFault, repair } from '../site/verbs/check/index.ts'

export default class Check extends BaseCommand {
  static override summary =
    'Ask whether a site works: databases, Infisical, External Secrets Operator, releases, images on every node, use against the budget.'
  static override description =
    'Logs in to PostgreSQL, Dragonfly and Infisical as those do that live on them, and sends one secret from Infisical to a Kubernetes Secret. Leaves nothing behind. Use is measured over a window, the highest figure of each container counts. With --repair, images that lost their pin are pinned first, on every node, and with --bundle those that are gone are loaded again; what was done is in the journal.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml --window 60 --json',
    '<%= config.bin %> <%= command.id %> -c site.yaml --line --record --metrics /var/lib/node_exporter/sealift.prom',
    '<%= config.bin %> <%= command.id %> -c site.yaml --repair --bundle infisical-1.0.0.tar',
  ]
  static override readonly exits: readonly ErrorCode[] = checkExits
  static override flags = {
    site: siteFlag,
    window: Flags.integer({ default: 10, min: 0, max: 3600, summary: 'Seconds to measure use for.' }),
    repair: Flags.boolean({ summary: 'Mend images first: pin them, and load what is gone out of --bundle.' }),
    bundle: Flags.string({
      dependsOn: ['repair'],
      summary: 'The bundle that is installed; for images that are gone.',
    }),
    'allow-unsigned': allowFlags['allow-unsigned'],
    record: Flags.boolean({ summary: 'Note what was observed in the site’s history of its budget.' }),
    line: Flags.boolean({ summary: 'One line and an exit code, for a cron or a CI.' }),
    metrics: metricsFlag({ summary: 'Write it for node_exporter’s textfile collector, too.' }),
  }

  async run() {
    const { flags } = await this.parse(Check)
    if (flags.line) this.beQuiet()
    const read = await readSite(flags.site, nodeFiles())
    const host = await siteHost(read.site, process.env, this.note)
    const request = {
      site: read,
      bundle: flags.bundle,
      unsigned: flags['allow-unsigned'],
      journal: journalPath(flags.site, read.site),
    }
    const mended = flags.repair ? await repair(request, host, this.talk) : undefined
    for (const { node, what, done } of flags.line ? [] : (mended ?? []))
      this.log(`+ ${done} on node ${node}: ${what}`)
    const found = await check(flags.window, read.site, host, this.talk, flags.record)
    if (flags.metrics !== undefined)
      await host.files.write(flags.metrics, checkMetrics(found, host.clock.now()))
    this.log(flags.line ? checkLine(found) : checkText(found))
    const result = mended === undefined ? found : { ...found, repaired: mended }
    return this.withFault(result, checkFault(found), flags.line)
  }
}
