import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { BaseCommand } from '../../cli/index.ts'
import { migratedStoresText } from '../../cli/migrate-stores-text.ts'
import { type ErrorCode, SealiftError } from '../../kernel/errors/index.ts'
import { migrateStores, migrationFault } from '../../teams/verbs/migrate-stores/index.ts'

const slug = /^[a-z0-9-]{1,64}$/

export default class MigrateStores extends BaseCommand {
  static override summary =
    'Rewrite manifests that were written for older releases of External Secrets Operator. Shows a diff.'
  static override description =
    'Reads manifests, YAML or JSON, in files and folders. external-secrets.io/v1beta1 becomes v1, url of an Infisical store becomes hostAPI, and a service token becomes the credentials of a machine identity. Every other character stays. Without --write nothing is changed; what only a person can change is said, with what to write.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> clusters/',
    '<%= config.bin %> <%= command.id %> clusters/ --project talent-mesh --environment prod --write',
    '<%= config.bin %> <%= command.id %> clusters/ --check --quiet',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'DISK_FULL',
    'FILE_FAILED',
    'TENANCY_DRIFT',
    'TENANCY_UNMET',
  ]
  static override strict = false
  static override args = {
    path: Args.string({ required: true, description: 'Files and folders of manifests.' }),
  }
  static override flags = {
    write: Flags.boolean({ summary: 'Rewrite the files in their places.', exclusive: ['check'] }),
    check: Flags.boolean({ summary: 'End with an error where there is something to rewrite.' }),
    credentials: Flags.string({
      helpValue: '[NAMESPACE/]NAME',
      default: 'infisical-universal-auth',
      summary: 'Secret with clientId and clientSecret, for stores that have a service token.',
    }),
    project: Flags.string({ helpValue: 'SLUG', summary: 'Project of such stores, where they name none.' }),
    environment: Flags.string({
      helpValue: 'SLUG',
      summary: 'Environment of such stores, where they name none.',
    }),
  }

  async run() {
    const { argv, flags } = await this.parse(MigrateStores)
    const { write, check, project, environment } = flags
    const [, namespace, name] = /^(?:([a-z0-9-]+)\/)?([a-z0-9.-]+)$/.exec(flags.credentials) ?? []
    for (const text of [project, environment, name])
      if (text !== undefined && !slug.test(text) && text !== name)
        throw new SealiftError('USAGE', `${text} is no slug: small letters, digits and dashes`)
    if (name === undefined)
      throw new SealiftError('USAGE', '--credentials takes the name of a Secret, or NAMESPACE/NAME')
    const credentials = { name, ...(namespace === undefined ? {} : { namespace }) }
    const instead = { credentials, project, environment }
    const migrated = await migrateStores({ paths: argv.map(String), instead, write }, nodeFiles(), this.talk)
    this.log(migratedStoresText(migrated))
    return this.withFault(migrated, migrationFault(migrated, { check, write }))
  }
}
