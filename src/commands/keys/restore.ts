import { Args, Flags } from '@oclif/core'
import { nodeFiles } from '../../adapters/files/index.ts'
import { siteHost } from '../../adapters/site-host.ts'
import { keysExits } from '../../cli/exits.ts'
import { siteFlag } from '../../cli/flags.ts'
import { askPassphrase, BaseCommand } from '../../cli/index.ts'
import type { ErrorCode } from '../../kernel/errors/index.ts'
import { readSite } from '../../kernel/inputs/index.ts'
import { restoreKeys } from '../../site/verbs/keys-restore.ts'

export default class KeysRestore extends BaseCommand {
  static override summary = 'Put the keys of a site back from their escrow. Then run install again.'
  static override description =
    'Writes the Secrets that an install keeps the keys in, where they are gone; keys that are there and different are never replaced. The identity file is age’s, its owner’s alone (0600), and may itself be encrypted with a passphrase; that, or the one of an escrow made with age -p, is read from SEALIFT_KEY_PASSPHRASE or asked for. What age has opened is taken as well, from a pipe: for keys in hardware.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> bank-prod.age --site site.yaml --identity identity.txt',
    'age -d -i yubikey.txt bank-prod.age | <%= config.bin %> <%= command.id %> /dev/stdin -c site.yaml',
  ]
  static override readonly exits: readonly ErrorCode[] = [
    ...keysExits.filter(code => code !== 'NOT_INSTALLED'),
    'WRONG_SITE',
    'SITE_BUSY',
  ]
  static override args = { file: Args.string({ description: 'The escrow', required: true }) }
  static override flags = {
    site: siteFlag,
    identity: Flags.string({ char: 'i', helpValue: 'FILE', summary: 'File with age identities, 0600.' }),
  }

  async run() {
    const { args, flags } = await this.parse(KeysRestore)
    const { site } = await readSite(flags.site, nodeFiles())
    const { identity } = flags
    const request = { site, file: args.file, ...(identity === undefined ? {} : { identity }) }
    const host = await siteHost(site, process.env, this.note)
    const done = await restoreKeys(request, host, this.talk, askPassphrase(this.signal))
    const what =
      done.written.length === 0
        ? `the keys ${done.fingerprint} are there already, as they are in the escrow`
        : `the keys ${done.fingerprint} are back: ${done.written.map(place => `Secret ${place}`).join(', ')}\n  → run install again: it makes the rest as it was`
    this.log(what)
    return done
  }
}
