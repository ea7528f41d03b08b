import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { installExits } from '../cli/exits.ts'
import { BaseCommand } from '../cli/index.ts'
import { installedText } from '../cli/installed-text.ts'
import { installFlags, installRequest, warnInstalled } from '../cli/installing.ts'
import { writeReceiptFiles } from '../cli/receipt-files.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { install, readPlan, withoutEscrow } from '../site/verbs/install/index.ts'

export default class Install extends BaseCommand {
  static override hiddenAliases = ['deploy']
  static override summary =
    'Install a bundle on a site, and prove that a secret arrives. A rerun goes on where the last one stopped.'
  static override description =
    'Checks the signature against the keys of the site file, verifies the bundle, looks at cluster, PostgreSQL and Dragonfly before the first change, then loads images, prepares database and keys, installs the releases, sets Infisical up, and sends a probe secret from Infisical to a Kubernetes Secret. Needs nothing but the bundle on the machine. With --plan nothing is done but what was planned. `sealift deploy` is the same.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.0.0.tar --site site.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --plan change.plan.yaml',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --receipt receipt.html --receipt receipt.json',
  ]
  static override readonly exits: readonly ErrorCode[] = installExits
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    ...installFlags,
    plan: Flags.string({ summary: 'Do what this plan says, and nothing else: end if anything has moved.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Install)
    const read = await readSite(flags.site, nodeFiles())
    const request = {
      ...installRequest(args.bundle, read, flags, this.config.version, false),
      ...(flags.plan === undefined ? {} : { plan: await readPlan(flags.plan, nodeFiles()) }),
    }
    const result = await install(request, await siteHost(read.site, process.env, this.note), this.talk)
    if (result.receipt) await writeReceiptFiles(result.receipt, flags.receipt ?? [], nodeFiles())
    this.log(installedText(result))
    warnInstalled(result, withoutEscrow(result), this.reporter)
    return result
  }
}
