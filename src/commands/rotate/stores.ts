import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { rotateStoresExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { count, type ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { rotateStores, rotationFault } from '../../teams/verbs/rotate-stores.ts'

export default class RotateStores extends BaseCommand {
  static override summary =
    'Give External Secrets Operator other client secrets, without a moment in which it cannot log in.'
  static override description =
    "For the identity of every store, and the install's own: another client secret is stored and proven by a login, then those of before are revoked. Until then both log in. What is interrupted between, the next run goes on with. Stores that log in by Kubernetes auth have no client secret, and are left alone."
  static override examples = ['<%= config.bin %> <%= command.id %> --site site.yaml']
  static override readonly exits: readonly ErrorCode[] = rotateStoresExits
  static override flags = { site: siteFlag }

  async run() {
    const { flags } = await this.parse(RotateStores)
    const { site } = await readSite(flags.site, nodeFiles())
    const result = await rotateStores(
      site.metadata.name,
      await siteHost(site, process.env, this.note),
      this.talk,
    )
    const lines = result.rotated.map(
      ({ secret, identity, revoked }) =>
        `${identity} logs in with another client secret (${secret}); ${count(revoked, 'earlier one')} revoked`,
    )
    this.log(lines.length === 0 ? 'no store logs in with a client secret' : lines.join('\n'))
    return this.withFault(result, rotationFault(result))
  }
}
