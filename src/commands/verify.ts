import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { BaseCommand, bytes } from '../cli/index.ts'
import type { ErrorCode } from '../errors/index.ts'
import { verify } from '../workflows/inspect.ts'

export default class Verify extends BaseCommand {
  static override summary = 'Read a bundle once and report every fault in it.'
  static override description =
    'Checks every header, name, manifest and byte. A bundle that passes is what was built; nothing is written.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> BUNDLE --platform linux/arm64 --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'FILE_FAILED',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
    'BUNDLE_WRONG_PLATFORM',
  ]
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    platform: Flags.string({ summary: 'Also require this platform of every image, such as linux/amd64.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Verify)
    const verdict = await verify(args.bundle, flags.platform, nodeFiles(), this.talk)
    this.log(
      `sound: ${bytes(verdict.size)}, ${verdict.images.length} images, ${verdict.charts.length} charts\n  digest  ${verdict.digest}`,
    )
    return verdict
  }
}
