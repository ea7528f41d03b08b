import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { rotateAdminExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { rotateAdmin } from '../../site/verbs/rotate-admin.ts'

export default class RotateAdmin extends BaseCommand {
  static override summary = 'Give the admin that Sealift logs in to Infisical as another password.'
  static override description =
    'The password is stored before it is set, and never shown; the one before is refused from then on, and all sessions end. What is interrupted between, the next run or `sealift install` brings to its end: until then a login that works is kept.'
  static override examples = ['<%= config.bin %> <%= command.id %> --site site.yaml']
  static override readonly exits: readonly ErrorCode[] = rotateAdminExits
  static override flags = { site: siteFlag }

  async run() {
    const { flags } = await this.parse(RotateAdmin)
    const { site } = await readSite(flags.site, nodeFiles())
    const result = await rotateAdmin(site, await siteHost(site, process.env, this.note), this.talk)
    const { email, secret, left } = result
    this.log(`${email} has another password: it lies in Secret ${secret}`)
    if (left !== undefined) this.talk.reporter.warn(left)
    const { password: given } = site.admin
    if (given !== undefined && `${given.namespace}/${given.name}` !== secret)
      this.talk.reporter.note(
        'admin.password in the site file is not this password: put the new one there, or take the field out',
      )
    return result
  }
}
