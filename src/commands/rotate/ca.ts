import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { rotateExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { rotateCa } from '../../site/verbs/rotate-ca.ts'

export default class RotateCa extends BaseCommand {
  static override summary = 'Copy the CA that PostgreSQL is checked by to Infisical again, and start it anew.'
  static override description =
    'CloudNativePG makes its CA anew in its last seven days; a copy that is not taken again ends, and Infisical then refuses the database. `sealift check` sees it coming. The CA is tried first; where Infisical has it already, nothing is done.'
  static override examples = ['<%= config.bin %> <%= command.id %> --site site.yaml']
  static override readonly exits: readonly ErrorCode[] = rotateExits
  static override flags = { site: siteFlag }

  async run() {
    const { flags } = await this.parse(RotateCa)
    const { site } = await readSite(flags.site, nodeFiles())
    const result = await rotateCa(site, await siteHost(site, process.env, this.note), this.talk)
    const { copied, restarted } = result
    this.log(
      copied || restarted
        ? `Infisical checks PostgreSQL by the CA as it is now${copied ? '' : '; it had been copied, but not taken up'}`
        : 'Infisical has the CA as it is: nothing was done',
    )
    return result
  }
}
