import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { helmFrom } from '../adapters/helm/from-program.ts'
import { thisPlatform } from '../adapters/platform.ts'
import { diffText } from '../cli/diff-text.ts'
import { BaseCommand } from '../cli/index.ts'
import { type ErrorCode, exitCodes } from '../kernel/errors/index.ts'
import { diff } from '../seal/verbs/diff/index.ts'

const side = 'A folder with bundle.yaml, a bundle.lock.yaml, or a bundle file'

export default class Diff extends BaseCommand {
  static override summary =
    'Say in what one bundle, lock or spec differs from another, and what a delta would carry.'
  static override description =
    'Compares charts, images, layers, tools and budget. Of two bundles also the Kubernetes objects and their fields, both rendered by the helm that B carries: it is run only if a --key has signed B, or if --objects says so. No value of a Secret is shown.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar out/infisical-1.1.0.tar --key release.pub',
    '<%= config.bin %> <%= command.id %> old.lock.yaml bundles/infisical --exit-code --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'SPEC_INVALID',
    'LOCK_INVALID',
    'LOCK_DRIFT',
    'CONTENT_MISMATCH',
    'DISK_FULL',
    'FILE_FAILED',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
    'BUNDLE_UNSIGNED',
    'SIGNATURE_INVALID',
    'KEY_INVALID',
  ]
  static override args = {
    a: Args.string({ description: `${side}: the older one`, required: true }),
    b: Args.string({ description: `${side}: the newer one`, required: true }),
  }
  static override flags = {
    'exit-code': Flags.boolean({ summary: 'End with 15 when there is a difference.' }),
    key: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Public key that must have signed B; then objects are compared.',
    }),
    objects: Flags.boolean({
      summary: 'Compare objects without a key: runs the helm in B, whoever made it.',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(Diff)
    const host = {
      files: nodeFiles(),
      helmFrom,
      platform: thisPlatform(),
    }
    const { objects, key: keys = [] } = flags
    const found = await diff({ ...args, objects, keys }, host, this.talk)
    this.log(diffText(found))
    if (flags['exit-code'] && !found.same) process.exitCode = exitCodes.LOCK_DRIFT
    return found
  }
}
