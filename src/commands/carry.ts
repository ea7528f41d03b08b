import { Args, Flags } from '@oclif/core'
import { createCarrying } from '../adapters/carrying.ts'
import { nodeFiles } from '../adapters/files/index.ts'
import { carriedText } from '../cli/carried-text.ts'
import { executableFlagOf, signingKeyFlag } from '../cli/flags.ts'
import { askPassphrase, BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { carry } from '../seal/verbs/carry.ts'

export default class Carry extends BaseCommand {
  static override summary =
    'Put a bundle into a folder with all that a site needs: Sealift itself, keys, checksums.'
  static override description =
    'The folder has the bundle as it lies, its signature, the public key, Sealift as one executable for each platform of the bundle, a guide to print, and SHA256SUMS with a signature that openssl checks. A hard link is made where the file system allows. The bundle is verified first, and signed where it is not; the passphrase is read from SEALIFT_KEY_PASSPHRASE or COSIGN_PASSWORD, or asked for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> out/infisical-1.0.0.tar -o /media/stick/infisical --key release.key',
    '<%= config.bin %> <%= command.id %> BUNDLE -o carrier --key release.key --executable sealift-linux-arm64',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    'KEY_INVALID',
    'SIGNATURE_INVALID',
    'FILE_FAILED',
    'DISK_FULL',
    'BUNDLE_MALFORMED',
    'BUNDLE_DAMAGED',
  ]
  static override args = { bundle: Args.string({ description: 'The bundle file', required: true }) }
  static override flags = {
    output: Flags.string({ char: 'o', required: true, summary: 'The folder that travels.' }),
    key: signingKeyFlag({ required: true }),
    executable: executableFlagOf(),
  }

  async run() {
    const { args, flags } = await this.parse(Carry)
    const { output: folder, key, executable: executables = [] } = flags
    const ask = askPassphrase(this.signal)
    const request = { bundle: args.bundle, folder, key, ask, executables }
    const made = await carry(request, { files: nodeFiles(), carrying: createCarrying() }, this.talk)
    this.log(carriedText(made))
    return made
  }
}
