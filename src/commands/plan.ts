import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { planExits } from '../cli/exits.ts'
import { allowances, allowFlags, siteFlag, stepFlags } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { loadFlag } from '../cli/load-flags.ts'
import { planText } from '../cli/plan-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { journalPath, readSite } from '../kernel/inputs/index.ts'
import { planFault, planInstall } from '../site/verbs/install/index.ts'

export default class Plan extends BaseCommand {
  static override summary = 'Show what an install of a bundle would change on a site. Changes nothing.'
  static override description =
    'Looks as an install does, then tries its steps: Kubernetes objects by the API server’s dry run, so that defaults and admission are seen; images, role and database, and what is done through Infisical’s API. Of Secrets only the names of their keys are shown. With --output the plan is written to a file that `install --plan` holds to; with --drift a difference ends with a code of its own, for a pipeline.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.0.0.tar --site site.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml -o change.plan.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --drift --quiet',
  ]
  static override readonly exits: readonly ErrorCode[] = planExits
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    site: siteFlag,
    load: loadFlag(),
    output: Flags.string({ char: 'o', summary: 'Write the plan to this file, for install --plan.' }),
    drift: Flags.boolean({ summary: 'End with an error where an install would change anything.' }),
    ...allowFlags,
    ...stepFlags,
  }

  async run() {
    const { args, flags } = await this.parse(Plan)
    const read = await readSite(flags.site, nodeFiles())
    const request = {
      ...{ bundle: args.bundle, site: read, allow: allowances(flags, true), load: flags.load },
      journal: journalPath(flags.site, read.site),
      ...(flags.output === undefined ? {} : { output: flags.output }),
    }
    const plan = await planInstall(request, await siteHost(read.site, process.env, this.note), this.talk)
    this.log(planText(plan))
    return this.withFault(plan, planFault(plan, flags.drift))
  }
}
