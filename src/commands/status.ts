import { nodeFiles } from '../adapters/files/index.ts'
import { siteHost } from '../adapters/site-host.ts'
import { siteFlag } from '../cli/flags.ts'
import { BaseCommand, keyText, table } from '../cli/index.ts'
import { type ErrorCode, printable } from '../errors/index.ts'
import { readSite } from '../workflows/parts/site-file.ts'
import { status } from '../workflows/status.ts'

export default class Status extends BaseCommand {
  static override summary = 'Say what is installed on a site, and when.'
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
    const found = await status(await siteHost(site, process.env))
    const { bundle, installed, releases, images } = found
    this.log(
      `${found.site}: ${printable(`${bundle.name} ${bundle.version}`)}, proven ${installed}\n  bundle  ${bundle.digest}\n  signed  ${keyText(bundle.key)}\n`,
    )
    this.log(
      table(
        ['release', 'version', 'namespace', 'state'],
        releases.map(({ name, version, namespace, pods }) => [name, version, namespace, pods]),
      ),
    )
    this.log(
      `\n${table(
        ['image', 'digest'],
        images.map(({ name, digest }) => [name, digest]),
      )}`,
    )
    return found
  }
}
