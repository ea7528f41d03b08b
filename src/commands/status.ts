import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { statusText } from '../cli/status-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import { goOn, keysLines, status, statusFault } from '../site/verbs/status.ts'

export default class Status extends BaseCommand {
  static override summary =
    'Say what is installed on a site, and when; or what was begun, and how far it came.'
  static override examples = ['<%= config.bin %> <%= command.id %> --site site.yaml']
  static override readonly exits: readonly ErrorCode[] = [
    'LOCK_INVALID',
    'FILE_FAILED',
    'SITE_INVALID',
    'CLUSTER_UNREACHABLE',
    'CLUSTER_DENIED',
    'CLUSTER_FAILED',
    'NOT_INSTALLED',
  ]
  static override flags = { site: siteFlag }

  async run() {
    const { flags } = await this.parse(Status)
    const { site } = await readSite(flags.site, nodeFiles())
    const found = await status(await siteHost(site, process.env, this.note), site.escrow)
    const text = statusText(found)
    if (text) this.log(text)
    const keys = keysLines(found)
    if (keys.length > 0) this.log(`\n${keys.join('\n')}`)
    if (found.state === 'installed' && found.begun)
      for (const hint of goOn(found.begun, found.upgrade)) this.log(`  → ${hint}`)
    return this.withFault(found, statusFault(found))
  }
}
