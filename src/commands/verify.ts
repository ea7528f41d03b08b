import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { layerBytes } from '../bundle/layout/index.ts'
import { BaseCommand, bytes, count } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { type Verified, verify } from '../seal/verbs/verify.ts'

export default class Verify extends BaseCommand {
  static override summary = 'Read a bundle once and report every fault in it.'
  static override description =
    'Checks every header, name, manifest and byte; nothing is written. That a bundle is the one that was built is what --key proves: one of the keys must have signed it. A delta is whole only together with the older bundles that have what it leaves out.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> DELTA --base out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> BUNDLE --platform linux/arm64 --json',
    '<%= config.bin %> <%= command.id %> BUNDLE --key release.pub',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'FILE_FAILED',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
    'BUNDLE_WRONG_PLATFORM',
    'BASE_MISSING',
    'BUNDLE_UNSIGNED',
    'SIGNATURE_INVALID',
    'KEY_INVALID',
  ]
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    base: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'An older bundle that a delta builds on; can be given several times.',
      helpValue: 'OLD',
    }),
    platform: Flags.string({
      options: ['linux/amd64', 'linux/arm64'],
      summary: 'Also require this platform of every image.',
    }),
    key: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Public key that must have signed it; may be given more than once.',
    }),
  }

  async run() {
    const { args, flags } = await this.parse(Verify)
    const { platform, base: bases = [], key: keys = [] } = flags
    const request = { bundle: args.bundle, platform, bases, keys }
    const verdict = await verify(request, nodeFiles(), this.talk)
    this.log(
      `sound: ${bytes(verdict.size)}, ${count(verdict.images.length, 'image')}, ${count(verdict.charts.length, 'chart')}\n  digest  ${verdict.digest}`,
    )
    if (verdict.absent.length > 0)
      this.log(
        `  delta   ${count(verdict.absent.length, 'layer')} (${bytes(layerBytes(verdict.absent))}) sound in ${bases.join(', ')}`,
      )
    this.log(`  signed  ${signatureText(verdict.signature)}`)
    return verdict
  }
}

function signatureText(signature: Verified['signature']): string {
  if (signature === 'absent') return 'no: no signature lies beside it'
  if (signature === 'unchecked') return 'a signature lies beside it, and nobody checked it: say --key'
  return `by key ${signature}`
}
