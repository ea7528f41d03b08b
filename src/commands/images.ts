import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { type ImagesOutput, inspect } from '../seal/verbs/inspect.ts'

export default class Images extends BaseCommand {
  static override summary = 'List the images of a bundle; --why says what needs each of them.'
  static override examples = ['<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar --why']
  static override readonly exits: readonly ErrorCode[] = ['FILE_FAILED', 'BUNDLE_MALFORMED', 'BUNDLE_DAMAGED']
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    why: Flags.boolean({
      summary: 'Show chart, object and field that name each image, and what only looks like one: "? NAME".',
    }),
  }

  async run(): Promise<ImagesOutput> {
    const { args, flags } = await this.parse(Images)
    const { images, suspects } = (await inspect(args.bundle, nodeFiles())).lock
    for (const { name, digest, reasons } of images) {
      this.log(flags.why ? name : `${name}  ${digest}`)
      if (flags.why)
        for (const { chart, object, field } of reasons) this.log(`  ${chart}  ${object}  ${field}`.trimEnd())
    }
    for (const { text, chart, object, field } of flags.why ? suspects : [])
      this.log(`? ${text}\n  ${chart}  ${object}  ${field}`)
    return { images, suspects }
  }
}
