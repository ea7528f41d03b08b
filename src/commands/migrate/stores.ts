import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { BaseCommand } from '../../cli/index.ts'
import { migratedStoresText } from '../../cli/migrate-stores-text.ts'
import { type ErrorCode, SealiftError } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { migrateStores, migrationFault } from '../../teams/verbs/migrate-stores/index.ts'

const slug = /^[a-z0-9-]{1,64}$/

export default class MigrateStores extends BaseCommand {
  static override summary =
    'Rewrite manifests that were written for older releases of External Secrets Operator. Shows a diff.'
  static override description =
    'Reads manifests, YAML or JSON, in files and folders. external-secrets.io/v1beta1 becomes v1, url of an Infisical store becomes hostAPI, and a service token becomes the credentials of a machine identity. Every other character stays. With -c it is said which objects the cluster may still keep as v1beta1, which --write writes anew. Without --write nothing is changed; what only a person can change is said, with what to write.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> clusters/',
    '<%= config.bin %> <%= command.id %> clusters/ --project talent-mesh --environment prod --write',
    '<%= config.bin %> <%= command.id %> clusters/ --check --quiet',
    '<%= config.bin %> <%= command.id %> -c site.yaml',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'DISK_FULL',
    'FILE_FAILED',
    'SITE_INVALID',
    'CLUSTER_UNREACHABLE',
    'CLUSTER_DENIED',
    'CLUSTER_FAILED',
    'SITE_BUSY',
    'TENANCY_DRIFT',
    'TENANCY_UNMET',
  ]
  static override strict = false
  static override args = {
    path: Args.string({ description: 'Files and folders of manifests.' }),
  }
  static override flags = {
    site: Flags.string({ char: 'c', summary: 'The site file of a cluster that is looked at as well.' }),
    write: Flags.boolean({
      summary: 'Rewrite files in their places, and what the cluster keeps.',
      exclusive: ['check'],
    }),
    check: Flags.boolean({ summary: 'End with an error where there is something to rewrite.' }),
    credentials: Flags.string({
      helpValue: '[NAMESPACE/]NAME',
      default: 'infisical-universal-auth',
      summary: 'Secret with clientId and clientSecret, for stores that have a service token.',
    }),
    project: Flags.string({ helpValue: 'SLUG', summary: 'Project of stores that name none.' }),
    environment: Flags.string({ helpValue: 'SLUG', summary: 'Environment of stores that name none.' }),
  }

  async run() {
    const { argv, flags } = await this.parse(MigrateStores)
    const { write, check, project, environment } = flags
    const [, namespace, name] = /^(?:([a-z0-9-]+)\/)?([a-z0-9.-]+)$/.exec(flags.credentials) ?? []
    for (const text of [project, environment])
      if (text !== undefined && !slug.test(text))
        throw new SealiftError('USAGE', `${text} is no slug: small letters, digits and dashes`)
    if (name === undefined)
      throw new SealiftError('USAGE', '--credentials takes the name of a Secret, or NAMESPACE/NAME')
    const credentials = { name, ...(namespace === undefined ? {} : { namespace }) }
    const instead = { credentials, project, environment }
    const files = nodeFiles()
    const paths = argv.map(String)
    if (paths.length === 0 && flags.site === undefined)
      throw new SealiftError('USAGE', 'say what to look at: files or folders, or a site with -c')
    const read = flags.site === undefined ? undefined : await readSite(flags.site, files)
    const site = read && (await siteHost(read.site, process.env, this.note))
    const migrated = await migrateStores({ paths, instead, write }, files, this.talk, site)
    this.log(migratedStoresText(migrated))
    return this.withFault(migrated, migrationFault(migrated, { check, write }))
  }
}
