import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { triedText } from '../../cli/ci-text.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { readClaims, refusedFault, tryLogin } from '../../teams/verbs/ci-try.ts'

export default class CiTry extends BaseCommand {
  static override summary = 'Say who would get in with the login of a machine identity. Logs nobody in.'
  static override description =
    'Tries made-up claims against the rules that tenancy.yaml gives the login, without a server; with --site against those that the server has now. Signatures and times are not looked at: whoever has no token of the issuer does not get in anyway. What claims leave out is filled in as far as it follows, such as the owner from the repository, and told.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -f tenancy.yaml ci-talent-mesh',
    `<%= config.bin %> <%= command.id %> -f tenancy.yaml ci-talent-mesh --claims '{"repository_owner": "somebody"}'`,
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml ci-talent-mesh --claims claims.json --samples',
  ]
  static override readonly exits: readonly ErrorCode[] = [...tenancyExits, 'TENANCY_DRIFT', 'CI_REFUSED']
  static override args = {
    identity: Args.string({ description: 'Name of an identity in the tenancy file', required: true }),
  }
  static override flags = {
    file: tenancyFlag,
    site: Flags.string({
      char: 'c',
      summary: 'The site file: try the rules of its server, rather than those of the tenancy file.',
    }),
    claims: Flags.string({
      multiple: true,
      helpValue: 'FILE|JSON',
      summary: 'Claims to try; the verb ends with an error where they would not get in.',
    }),
    samples: Flags.boolean({
      summary: 'Try made-up claims, of whom it is for and who is near; they are tried without --claims, too.',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(CiTry)
    const files = nodeFiles()
    const tenancy = await readTenancy(flags.file, files)
    const texts = (flags.claims ?? []).map(async (claims, at) =>
      // A token as well: as the name of a file it would be in an error.
      /^\s*(\{|eyJ[\w-]+\.)/.test(claims)
        ? readClaims(claims, `claims ${at + 1}`)
        : readClaims(await files.readText(claims), claims),
    )
    const given = await Promise.all(texts)
    const request = { tenancy, identity: args.identity, given, samples: flags.samples || given.length === 0 }
    const tried = await tryLogin(request, flags.site === undefined ? undefined : await this.on(flags.site))
    this.log(triedText(tried))
    return this.withFault(tried, refusedFault(tried))
  }

  private async on(path: string) {
    const { site } = await readSite(path, nodeFiles())
    return { site: site.metadata.name, host: await siteHost(site, process.env, this.note), talk: this.talk }
  }
}
