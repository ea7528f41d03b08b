import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { tenancyExits } from '../../cli/exits.ts'
import { siteFlag, tenancyFlag } from '../../cli/flags.ts'
import { BaseCommand } from '../../cli/index.ts'
import { rotatedText } from '../../cli/rotation-text.ts'
import { type ErrorCode, SealiftError } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { readTenancy } from '../../kernel/tenancy-file/index.ts'
import { rotateSecrets, rotationFault } from '../../teams/verbs/rotate-secret.ts'

export default class RotateSecret extends BaseCommand {
  static override summary =
    'Give PostgreSQL passwords that live in Infisical anew, and bring them to what reads them.'
  static override description =
    'For each of rotation.databases in the tenancy file: a new password is stored, set, tried, written to Infisical, and brought into the Kubernetes Secrets that read it; the earlier one is seen to be refused. What is interrupted, the next run ends with the same password. Nothing is changed where the login that Infisical has is not the role’s. Where two roles take turns, pods go on with the other one.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --site site.yaml --file tenancy.yaml talent-mesh-db',
    '<%= config.bin %> <%= command.id %> -c site.yaml -f tenancy.yaml --due --quiet',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...tenancyExits,
    ...(['DATABASE_DENIED', 'DATABASE_UNFIT', 'DATABASE_UNREACHABLE'] as const),
    ...(['PROOF_FAILED', 'SITE_BUSY', 'TENANCY_UNMET'] as const),
  ]
  static override strict = false
  static override args = {
    name: Args.string({ description: 'Names of rotation.databases; say --due for all that are.' }),
  }
  static override flags = {
    site: siteFlag,
    file: tenancyFlag,
    due: Flags.boolean({ summary: 'Only those whose password is as old as the file lets it be.' }),
    all: Flags.boolean({ exclusive: ['due'], summary: 'All of them, however young.' }),
  }

  async run() {
    const { flags, argv } = await this.parse(RotateSecret)
    const names = argv.map(String)
    if (names.length === 0 && !flags.due && !flags.all)
      throw new SealiftError('USAGE', 'nothing was changed: nobody said which password is meant', {
        hints: ['name those of rotation.databases, or say --due, or --all'],
      })
    const files = nodeFiles()
    const [{ site }, tenancy] = await Promise.all([
      readSite(flags.site, files),
      readTenancy(flags.file, files),
    ])
    const host = await siteHost(site, process.env, this.note)
    const result = await rotateSecrets({ site, tenancy, names, due: flags.due }, host, this.talk)
    this.log(rotatedText(result))
    return this.withFault(result, rotationFault(result))
  }
}
