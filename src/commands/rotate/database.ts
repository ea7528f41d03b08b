import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { rotateExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { rotateDatabase } from '../../site/verbs/rotate-database.ts'

export default class RotateDatabase extends BaseCommand {
  static override summary =
    'Give Infisical’s role in PostgreSQL another password, and start Infisical anew with it.'
  static override description =
    'Pods that run keep the sessions that they have, and go when the new ones are up. The password is stored before it is set: what is interrupted between, the next run or `sealift install` mends. With database.uri, the login that its Secret holds now is taken.'
  static override examples = ['<%= config.bin %> <%= command.id %> --site site.yaml']
  static override readonly exits: readonly ErrorCode[] = rotateExits
  static override flags = { site: siteFlag }

  async run() {
    const { flags } = await this.parse(RotateDatabase)
    const { site } = await readSite(flags.site, nodeFiles())
    const result = await rotateDatabase(site, await siteHost(site, process.env, this.note), this.talk)
    const { role, changed, restarted } = result
    this.log(
      changed || restarted
        ? `Infisical logs in as ${role} with ${changed ? 'another password' : 'the password that was stored'}`
        : `the login of ${role} is as it was: change it in the Secret that database.uri names first`,
    )
    return result
  }
}
