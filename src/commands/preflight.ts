import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { preflightHost } from '../adapters/preflight-host.ts'
import { allowances, allowFlags, siteFlag, stepFlags } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { loadFlag } from '../cli/load-flags.ts'
import { preflightJunit, preflightPage, preflightText } from '../cli/preflight/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { journalPath, readSite } from '../kernel/inputs/index.ts'
import { preflight, preflightFault } from '../site/verbs/preflight/index.ts'

export default class Preflight extends BaseCommand {
  static override summary =
    'Look at everything that could stop an install, all of it at once. Changes nothing.'
  static override description =
    'Asks the bundle, the cluster, every node, PostgreSQL and Dragonfly side by side, each within its own time. Each check has an id that stays, what was seen, and what to do. A warning does not fail it; what could not be looked at says why.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.0.0.tar --site site.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --json',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --html preflight.html --junit preflight.xml',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'DISK_FULL',
    'FILE_FAILED',
    'SITE_INVALID',
    'PREFLIGHT_FAILED',
  ]
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    site: siteFlag,
    load: loadFlag(),
    html: Flags.string({ helpValue: 'FILE', summary: 'Write it as one page for the change ticket as well.' }),
    junit: Flags.string({ helpValue: 'FILE', summary: 'Write it as JUnit XML as well.' }),
    ...allowFlags,
    ...stepFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Preflight)
    const { site } = await readSite(flags.site, nodeFiles())
    const request = {
      bundle: args.bundle,
      site,
      journal: journalPath(flags.site, site),
      allow: allowances(flags, true),
      load: flags.load,
    }
    const found = await preflight(request, await preflightHost(site, process.env, this.note), this.talk)
    this.log(preflightText(found))
    const files = nodeFiles()
    if (flags.html !== undefined) await files.write(flags.html, preflightPage(found))
    if (flags.junit !== undefined) await files.write(flags.junit, preflightJunit(found))
    return this.withFault(found, preflightFault(found))
  }
}
