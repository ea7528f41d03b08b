import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { BaseCommand, table } from '../cli/index.ts'
import { type ErrorCode, printable } from '../kernel/errors/index.ts'
import { type ImageSboms, type SbomOutput, sbom } from '../seal/verbs/sbom.ts'

export default class Sbom extends BaseCommand {
  static override summary =
    'List the SBOMs that images carry, with packages and licences; --output writes them.'
  static override description =
    'Shows what publishers have attached to their images. Sealift makes no SBOM of its own; an image without one is listed as such.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar --output sboms',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'FILE_FAILED',
    'DISK_FULL',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
  ]
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'Folder to write each document to.' }),
  }

  async run(): Promise<SbomOutput> {
    const { args, flags } = await this.parse(Sbom)
    const images = await sbom(args.bundle, flags.output, nodeFiles(), this.talk)
    this.log(table(['image', 'platform', 'SBOM', 'packages', 'licences'], images.flatMap(rows), [3]))
    const written = images.flatMap(({ documents }) => documents.flatMap(({ file }) => file ?? []))
    for (const file of written) this.log(file)
    if (flags.output !== undefined && written.length === 0)
      this.reporter.note(`nothing was written to ${flags.output}: no image of this bundle carries an SBOM`)
    return { images }
  }
}

function rows({ image, platform, documents, licences, licencesFrom }: ImageSboms): string[][] {
  if (documents.length === 0) return [[image, platform, 'none carried', '', shown(licences, licencesFrom)]]
  return documents.map(({ format, packages, licences: own }) => {
    const told = own.length > 0 ? shown(own, 'sbom') : shown(licences, licencesFrom)
    return [image, platform, format, packages === undefined ? '' : `${packages}`, told]
  })
}

const most = 4

function shown(licences: readonly string[], from: ImageSboms['licencesFrom']): string {
  const more = licences.length > most ? ` and ${licences.length - most} more` : ''
  const names = licences.slice(0, most).map(licence => printable(licence, 60))
  return from === 'none' ? 'none carried' : `${names.join(', ')}${more}${from === 'label' ? ' (label)' : ''}`
}
