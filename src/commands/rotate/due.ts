import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { dueText } from '../../cli/rotation-text.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { dueFault, findDue } from '../../teams/verbs/rotate-due.ts'

export default class RotateDue extends BaseCommand {
  static override summary = 'List secrets that are older than a tenancy file lets them be. Changes nothing.'
  static override description =
    'One request an environment; no value is asked for. The age is that of the last change, which a comment, a tag or another name is as well: a value may be older than it says, and is never younger.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --json --quiet',
  ]
  static override readonly exits: readonly ErrorCode[] = [...tenancyExits, 'SECRETS_OLD']
  static override flags = { site: siteFlag, file: tenancyFlag }

  async run() {
    const { flags } = await this.parse(RotateDue)
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, nodeFiles()),
      readTenancy(flags.file, nodeFiles()),
    ])
    const request = { site: site.metadata.name, tenancy }
    const result = await findDue(request, await siteHost(site, process.env, this.note), this.talk)
    this.log(dueText(result))
    return this.withFault(result, dueFault(result))
  }
}
