import { Args } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { digestFlag, verifiedText } from '../../cli/audit-text.ts'
import { siteFlagOf } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { auditFault, verifyAudit } from '../../site/verbs/audit-verify.ts'

export default class AuditVerify extends BaseCommand {
  static override summary =
    'Tell whether Sealift’s own audit log of a site is whole: the first line that is not as it was written.'
  static override description =
    'Each line names the one before by its digest. A chain cannot show that its end was cut off, or that all of it was written anew: for that --expect takes a digest that was told before, by the end of a run or by this verb, and kept where the cluster is not. It does not show who wrote a line: whoever may write in namespace sealift-system may add some.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> -c site.yaml',
    '<%= config.bin %> <%= command.id %> -c site.yaml --expect sha256:…',
    '<%= config.bin %> <%= command.id %> bank-prod.audit.jsonl',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...(['FILE_FAILED', 'SITE_INVALID', 'CLUSTER_UNREACHABLE', 'CLUSTER_DENIED', 'CLUSTER_FAILED'] as const),
    ...(['FOREIGN_INSTALL', 'NOT_INSTALLED', 'AUDIT_BROKEN'] as const),
  ]
  static override args = {
    file: Args.string({ description: 'An export, or what a purge has left, in the place of the site’s log' }),
  }
  static override flags = {
    site: siteFlagOf({ summary: 'The site file, site.yaml; not needed for a FILE.' }),
    expect: digestFlag({ summary: 'A digest that was told before: its line must be there.' }),
  }

  async run() {
    const { args, flags } = await this.parse(AuditVerify)
    const { expect } = flags
    const site = flags.site === undefined ? undefined : (await readSite(flags.site, nodeFiles())).site
    const host = await siteHost(site ?? { cluster: {} }, process.env, this.note)
    const verified = await verifyAudit({ site, file: args.file, expect }, host)
    this.log(verifiedText(verified))
    return this.withFault(verified, auditFault(verified, expect))
  }
}
