import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { type ErrorCode, SealiftError } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { writeWorkflow } from '../../teams/verbs/ci-workflow.ts'

export default class CiWorkflow extends BaseCommand {
  static override summary = 'Write the workflow with which jobs of CI fetch what an identity may read.'
  static override description =
    "Where GitHub signs the tokens, a workflow of GitHub Actions with a job for each environment: by Infisical/secrets-action for login.github and login.oidc, by curl for login.jwt, which the action does not know. For another CI a script for a shell. No secret is in it; the identity's id is asked of the server, and its address is url of the site file."
  static override examples = [
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml ci-talent-mesh -o .github/workflows/secrets.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml ci-talent-mesh --action bank/secrets-action@v1.0.18',
  ]
  static override readonly exits: readonly ErrorCode[] = [...tenancyExits, 'DISK_FULL', 'TENANCY_DRIFT']
  static override args = {
    identity: Args.string({ description: 'Name of an identity in the tenancy file', required: true }),
  }
  static override flags = {
    site: siteFlag,
    file: tenancyFlag,
    output: Flags.string({ char: 'o', helpValue: 'FILE', summary: 'Write it here, rather than to stdout.' }),
    action: Flags.string({
      default: 'Infisical/secrets-action@v1.0.18',
      helpValue: 'OWNER/REPOSITORY@REF',
      summary: 'The action, such as a copy on a GitHub Enterprise Server, or its commit.',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(CiWorkflow)
    const files = nodeFiles()
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, files),
      readTenancy(flags.file, files),
    ])
    if (!/^[\w.-]+\/[\w./-]+@[\w./-]+$/.test(flags.action))
      throw new SealiftError('USAGE', '--action is not of the form OWNER/REPOSITORY@REF')
    if (site.url === undefined)
      throw new SealiftError('SITE_INVALID', 'the site file does not say where jobs reach Infisical', {
        hints: ['give it url, such as https://secrets.bank.example'],
      })
    const request = {
      ...{ site: site.metadata.name, domain: site.url.replace(/\/+$/, ''), tenancy },
      ...{ identity: args.identity, action: flags.action },
      ...(flags.output !== undefined && { output: flags.output }),
    }
    const written = await writeWorkflow(request, await siteHost(site, process.env, this.note), this.talk)
    this.log(written.text?.trimEnd() ?? `${written.form} written to ${written.file}`)
    return written
  }
}
