import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { askPassphrase, BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { newKey } from '../../seal/verbs/keys-new.ts'

export default class KeysNew extends BaseCommand {
  static override summary = 'Make a key that signs bundles: NAME.key, closed with a passphrase, and NAME.pub.'
  static override description =
    'The files are those of cosign, which can use them too. NAME.key stays with who builds; the text of NAME.pub goes into site.yaml, under keys. The passphrase is read from SEALIFT_KEY_PASSPHRASE or COSIGN_PASSWORD, or asked for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> release',
    '<%= config.bin %> <%= command.id %> keys/release --type ed25519',
  ]
  static override readonly exits: readonly ErrorCode[] = ['KEY_INVALID', 'FILE_FAILED', 'DISK_FULL']
  static override args = {
    name: Args.string({ description: 'Path of the two files, without .key and .pub', required: true }),
  }
  static override flags = {
    type: Flags.option({
      options: ['ecdsa', 'ed25519'] as const,
      default: 'ecdsa' as const,
      summary: 'ECDSA on P-256, as cosign makes them, or Ed25519.',
    })(),
  }

  async run() {
    const { args, flags } = await this.parse(KeysNew)
    const ask = askPassphrase(this.signal)
    const made = await newKey(args.name, flags.type, nodeFiles(), ask)
    if (flags.type === 'ed25519')
      this.reporter.warn(
        'cosign 3 refuses Ed25519 in its own bundles; the .sig beside a bundle it verifies. ECDSA is fine everywhere.',
      )
    this.log(`${made.private}\n${made.public}\n  key  ${made.fingerprint}`)
    return made
  }
}
