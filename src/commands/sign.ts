import { Args } from '@oclif/core'
import { nodeFiles } from '../adapters/files/index.ts'
import { signingKeyFlag } from '../cli/flags.ts'
import { askPassphrase, BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { sign } from '../seal/verbs/sign.ts'

export default class Sign extends BaseCommand {
  static override summary = 'Sign a bundle: writes BUNDLE.sig, which travels beside it.'
  static override description =
    'The signature is over index.json, from which every byte of the bundle hangs by digest. `cosign verify-blob --key` accepts it. The passphrase is read from SEALIFT_KEY_PASSPHRASE or COSIGN_PASSWORD, or asked for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar --key release.key',
    '<%= config.bin %> <%= command.id %> BUNDLE --key cosign.key --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'KEY_INVALID',
    'FILE_FAILED',
    'DISK_FULL',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
  ]
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = { key: signingKeyFlag({ required: true }) }

  async run() {
    const { args, flags } = await this.parse(Sign)
    const ask = askPassphrase(this.signal)
    const signed = await sign(args.bundle, flags.key, nodeFiles(), ask)
    this.log(`${signed.path}\n  digest  ${signed.digest}\n  key     ${signed.key}`)
    return signed
  }
}
