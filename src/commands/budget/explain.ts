import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { helmFrom } from '../../adapters/helm/from-program.ts'
import { thisPlatform } from '../../adapters/platform.ts'
import { explainText } from '../../cli/explain-text.ts'
import { BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { explainBudget } from '../../seal/verbs/budget-explain.ts'

export default class BudgetExplain extends BaseCommand {
  static override summary =
    'Say where each MiB and millicore of a bundle’s budget comes from: chart, field, and the value that sets it.'
  static override description =
    'Which value sets a figure is not guessed: the charts are rendered once more with another one in its place, by the helm that the bundle carries. That is run only if a --key has signed the bundle, and the bundle of --since too, or if --objects says so; else there is what the lock says. With --since, what differs from another bundle and what made it so.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.1.0.tar --key release.pub --since out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> bundles/infisical --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...(['SPEC_INVALID', 'RENDER_FAILED', 'LOCK_INVALID', 'CONTENT_MISMATCH', 'DISK_FULL'] as const),
    ...(['FILE_FAILED', 'BUNDLE_MALFORMED', 'BUNDLE_DAMAGED', 'BUNDLE_WRONG_PLATFORM'] as const),
    ...(['BUNDLE_UNSIGNED', 'SIGNATURE_INVALID', 'KEY_INVALID'] as const),
  ]
  static override args = {
    bundle: Args.string({
      description: 'A bundle file; a folder with bundle.yaml or a bundle.lock.yaml for what the lock says',
      required: true,
    }),
  }
  static override flags = {
    since: Flags.string({ helpValue: 'BUNDLE', summary: 'What has changed since this one.' }),
    key: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Public key that must have signed the bundle, and that of --since; then charts are rendered.',
    }),
    objects: Flags.boolean({
      summary: 'Render without a key: runs the helm in the bundle, whoever made it.',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(BudgetExplain)
    const host = { files: nodeFiles(), helmFrom, platform: thisPlatform() }
    const { since, objects, key: keys = [] } = flags
    const found = await explainBudget({ path: args.bundle, since, objects, keys }, host, this.talk)
    this.log(explainText(found))
    return found
  }
}
