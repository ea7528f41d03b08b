import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { helmFrom } from '../adapters/helm/from-program.ts'
import { thisPlatform } from '../adapters/platform.ts'
import { allowFlags, siteFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { loadFlag } from '../cli/load-flags.ts'
import { grantedText, rbacExits, subjectFlag, usualSubject, verbsFor } from '../cli/rbac-flags.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readSite } from '../kernel/inputs/index.ts'
import type { HelmFrom } from '../kernel/ports/index.ts'
import { siteVerbs } from '../site/rights/index.ts'
import { rbac } from '../site/verbs/rbac.ts'
import { teamsRules, teamsVerbs } from '../teams/rights/index.ts'

export default class Rbac extends BaseCommand {
  static override summary =
    'Print the least rights that verbs need on a site, as Roles and bindings for kubectl apply.'
  static override description =
    'Rendered from the bundle’s charts, by the helm in it: no cluster is asked, so that it can be printed before anybody has rights there. Namespaces are among the objects, since Roles are in them. Without --hold the account may change the Roles of the charts, and those alone, by escalate and bind on their names; with it, the account holds all that they grant, Secrets of the whole cluster among it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml | kubectl apply --server-side -f -',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --for install,check,remove --subject user:ann',
    '<%= config.bin %> <%= command.id %> BUNDLE -c site.yaml --for stores,tenancy --name sealift-teams --subject group:platform',
  ]
  static override readonly exits: readonly ErrorCode[] = rbacExits
  static override args = {
    bundle: Args.string({ description: 'The bundle that is to be installed, or is', required: true }),
  }
  static override flags = {
    site: siteFlag,
    for: Flags.string({
      default: 'install,check,status',
      helpValue: 'VERBS',
      summary:
        'Verbs with commas between: install, check, repair, status, receipt, remove, purge, keys, rotate, tenancy, stores, …',
    }),
    load: loadFlag(),
    subject: subjectFlag(),
    name: Flags.string({ default: 'sealift', summary: 'Name of the Roles and bindings.' }),
    hold: Flags.boolean({
      summary:
        'Let the account hold what the charts’ Roles grant, instead of escalate and bind on their names.',
    }),
    'allow-unsigned': allowFlags['allow-unsigned'],
  }

  async run() {
    const { args, flags } = await this.parse(Rbac)
    const { site } = await readSite(flags.site, nodeFiles())
    const verbs = verbsFor(flags.for, { site: siteVerbs, teams: teamsVerbs })
    const request = {
      ...{
        bundle: args.bundle,
        site,
        verbs: verbs.site,
        load: flags.load,
        name: flags.name,
        subject: flags.subject ?? usualSubject,
      },
      others: (where: Parameters<typeof teamsRules>[1]) => teamsRules(verbs.teams, where),
      ...{
        grants: flags.hold ? ('hold' as const) : ('escalate' as const),
        allowUnsigned: flags['allow-unsigned'],
      },
    }
    // A helm that knows no cluster.
    const host = {
      files: nodeFiles(),
      platform: thisPlatform(),
      helmFrom: (program => helmFrom(program)) satisfies HelmFrom,
    }
    const result = await rbac(request, host, this.talk)
    this.log(grantedText(result.objects, flags.for))
    return result
  }
}
