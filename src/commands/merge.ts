import { Args, Flags } from '@oclif/core'
import { clock } from '../adapters/clock.ts'
import { nodeFiles } from '../adapters/files/index.ts'
import { sizeFlag } from '../cli/flags.ts'
import { BaseCommand, bytes, count, duration } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { merge } from '../seal/verbs/merge.ts'

export default class Merge extends BaseCommand {
  static override summary = 'Make the full bundle from a delta and the older bundles that it builds on.'
  static override description =
    'The result is, byte for byte, the file that a full build gives. Every blob is hashed on its way; a signature beside the delta is copied, since both have one digest.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> infisical-1.1.0.since-1.0.0.tar infisical-1.0.0.tar --output out',
    '<%= config.bin %> <%= command.id %> DELTA OLD OLDER --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'DISK_FULL',
    'FILE_FAILED',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
    'BASE_MISSING',
  ]
  static override args = {
    delta: Args.string({ description: 'The delta', required: true }),
    base: Args.string({ description: 'The older bundles', required: true, multiple: true }),
  }
  static override flags = {
    output: Flags.string({ char: 'o', default: 'out', summary: 'Folder for the full bundle.' }),
    'volume-size': sizeFlag({ summary: 'Cut the full bundle into volumes of this size, such as 4G or 2Gi.' }),
  }

  async run() {
    const { args, flags } = await this.parse(Merge)
    const { output, 'volume-size': volumeSize } = flags
    const request = { delta: args.delta, bases: args.base, output, volumeSize }
    const made = await merge(request, { files: nodeFiles(), clock }, this.talk)
    this.log(`${made.path}\n  size    ${bytes(made.size)}\n  digest  ${made.digest}`)
    this.log(
      `  merged  ${count(made.layers, 'layer')} (${bytes(made.merged)})${made.signed ? ', signature copied' : ''}`,
    )
    this.log(`  took    ${duration(made.seconds * 1000)}`)
    return made
  }
}
