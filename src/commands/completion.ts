import { Args } from '@oclif/core'
import { completionOf, shells } from '../cli/completion/index.ts'
import { BaseCommand } from '../cli/index.ts'

export default class Completion extends BaseCommand {
  static override summary = 'Print a script that lets a shell complete verbs, flags and files.'
  static override description =
    'The script holds all verbs and flags of this very version and asks nobody: it works without a network, and without Sealift. Its first lines say where it is kept.'
  static override examples = [
    'source <(<%= config.bin %> <%= command.id %> bash)',
    '<%= config.bin %> <%= command.id %> zsh >~/.zfunc/_<%= config.bin %>',
    '<%= config.bin %> <%= command.id %> fish >~/.config/fish/completions/<%= config.bin %>.fish',
  ]
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', options: shells, required: true }),
  }

  async run() {
    const { args } = await this.parse(Completion)
    const shell = shells.find(one => one === args.shell) ?? 'bash'
    const made = completionOf(shell, this.config)
    this.log(made.script.trimEnd())
    return made
  }
}
