import { Args } from '@oclif/core'
import { createCarrying } from '../adapters/carrying.ts'
import { connectedHost } from '../adapters/connected-host.ts'
import { thisPlatform } from '../adapters/platform.ts'
import { buildFlags } from '../cli/build-flags.ts'
import { builtText } from '../cli/built-text.ts'
import { carriedText } from '../cli/carried-text.ts'
import { buildExits } from '../cli/exits.ts'
import { sourceDateEpoch } from '../cli/flags.ts'
import { askPassphrase, BaseCommand } from '../cli/index.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { build } from '../seal/verbs/build/index.ts'

export default class Build extends BaseCommand {
  static override hiddenAliases = ['create']
  static override summary = 'Build the bundle that a lock describes: one file, the same bytes every time.'
  static override description =
    'Every blob goes from the registry straight to its place in the file, and is hashed on the way. Set SOURCE_DATE_EPOCH to date the entries (default 0). `sealift create` is the same.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> bundles/infisical --output out',
    '<%= config.bin %> <%= command.id %> bundles/infisical --since out/infisical-1.0.0.tar',
    '<%= config.bin %> <%= command.id %> bundles/sandbox --output out --registries registries.yaml --concurrency 8',
    '<%= config.bin %> <%= command.id %> bundles/infisical --output out --key release.key --carrier',
  ]
  static override readonly exits: readonly ErrorCode[] = buildExits
  static override args = {
    spec: Args.string({ description: 'Folder with bundle.yaml and bundle.lock.yaml', required: true }),
  }
  static override flags = buildFlags

  async run() {
    const { args, flags } = await this.parse(Build)
    const epoch = sourceDateEpoch(process.env)
    const host = await connectedHost(flags.registries, process.env, this.note)
    try {
      const { output, concurrency, since, 'volume-size': volumeSize, locked, facts } = flags
      const ask = askPassphrase(this.signal)
      const sign = flags.key === undefined ? undefined : { key: flags.key, ask }
      const platform = thisPlatform()
      const { executable: executables = [] } = flags
      const carrier = flags.carrier ? { executables, carrying: createCarrying() } : undefined
      const request = {
        specDir: args.spec,
        platform,
        output,
        concurrency,
        epoch,
        volumeSize,
        since,
        facts,
        locked,
      }
      const built = await build({ ...request, sign, carrier }, host, this.talk)
      this.log(builtText(built))
      if (built.carrier) this.log(carriedText(built.carrier))
      return built
    } finally {
      await host.close()
    }
  }
}
