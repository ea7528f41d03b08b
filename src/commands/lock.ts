import { Args, Flags } from '@oclif/core'
import { connectedHost } from '../adapters/connected-host.ts'
import { thisPlatform } from '../adapters/platform.ts'
import { sealExits } from '../cli/exits.ts'
import { attestationsFlag, factsFlag, registriesFlag } from '../cli/flags.ts'
import { BaseCommand } from '../cli/index.ts'
import { lockText, suspectLines } from '../cli/lock-text.ts'
import type { ErrorCode } from '../kernel/errors/index.ts'
import { readFacts } from '../kernel/facts/index.ts'
import { type LockOutput, lock } from '../seal/verbs/lock.ts'

export default class Lock extends BaseCommand {
  static override summary =
    'Resolve a spec: every chart, image and tool by digest, each image with its reason.'
  static override description =
    'Renders the charts with the very helm that travels, finds every image they need, and writes bundle.lock.yaml beside bundle.yaml. Review the difference like code. With --locked nothing is written: it fails unless everything is still what the lock says. What a run that fails or is interrupted has found out is kept for the next one, in bundle.lock.yaml.partial.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> bundles/infisical',
    '<%= config.bin %> <%= command.id %> bundles/infisical --update infisical/infisical',
    '<%= config.bin %> <%= command.id %> bundles/sandbox --registries registries.yaml --locked --json',
  ]
  static override readonly exits: readonly ErrorCode[] = [...sealExits, 'BUDGET_EXCEEDED']
  static override args = { spec: Args.string({ description: 'Folder with bundle.yaml', required: true }) }
  static override flags = {
    registries: registriesFlag,
    facts: factsFlag(),
    budget: Flags.option({
      options: ['hold', 'warn'] as const,
      default: 'hold' as const,
      summary: 'Whether requests above the budget are an error.',
    })(),
    locked: Flags.boolean({
      summary: 'Write nothing, and fail with every difference unless all is as it was locked.',
      exclusive: ['update'],
    }),
    update: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'IMAGE',
      summary: 'Pin only this image anew, the others stay as they are locked. Can be given again.',
    }),
    'accept-suspects': Flags.boolean({
      allowNo: true,
      summary: 'Carry what only looks like an image too, and note it in the lock; later locks keep it.',
    }),
    attestations: attestationsFlag,
  }

  async run(): Promise<LockOutput> {
    const { args, flags } = await this.parse(Lock)
    const host = await connectedHost(flags.registries, process.env, this.note)
    try {
      const { budget: mode, locked, update = [], attestations, 'accept-suspects': accept } = flags
      const platform = thisPlatform()
      const facts = flags.facts === undefined ? undefined : await readFacts(flags.facts, host.files)
      const request = {
        ...(facts && { facts }),
        ...{ specDir: args.spec, platform, budget: mode, locked, update, attestations },
        ...(accept === undefined ? {} : { acceptSuspects: accept }),
      }
      const { path, lock: made, drift, budget, missing } = await lock(request, host, this.talk)
      for (const line of suspectLines(made, missing)) this.reporter.warn(line)
      this.log(lockText({ specDir: args.spec, path, accept: accept === true, lock: made, drift, budget }))
      const { surge, temporary } = budget
      return { path, drift: drift ?? [], lock: made, missing, surge, temporary }
    } finally {
      await host.close()
    }
  }
}
