import { dirname, join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { confirmLoss, yesFlag } from '../cli/confirm.ts'
import { changeExits } from '../cli/exits.ts'
import { allowFlags, siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { removalLoss, removedText } from '../cli/remove-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { remove } from '../site/verbs/remove/index.ts'

export default class Remove extends BaseCommand {
  static override summary = 'Take the platform away; --purge takes its data as well.'
  static override description =
    'Without --purge the database, the keys, the CRDs and the images stay, and an install of the same site finds everything again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> BUNDLE --site site.yaml --yes',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --purge --yes',
  ]
  static override readonly exits: readonly ErrorCode[] = changeExits
  static override args = {
    bundle: Args.string({ description: 'The bundle that is installed: its helm is used', required: true }),
  }
  static override flags = {
    site: siteFlag,
    purge: Flags.boolean({
      summary:
        'Also drop the database, empty Dragonfly’s database number (unless 0), delete keys, CRDs and images: nothing can be had back.',
    }),
    'allow-unsigned': allowFlags['allow-unsigned'],
    yes: yesFlag,
  }

  async run() {
    const { args, flags } = await this.parse(Remove)
    const { bundle } = args
    const { purge, site: siteFile } = flags
    const { site } = await readSite(siteFile, nodeFiles())
    await confirmLoss(removalLoss(site, purge), flags, this.signal)
    const auditLog = join(dirname(siteFile), `${site.metadata.name}.audit.jsonl`)
    const result = await remove(
      { bundle, site, purge, allowUnsigned: flags['allow-unsigned'], auditLog },
      await siteHost(site, process.env, this.note),
      this.talk,
    )
    this.log(removedText(result))
    return result
  }
}
