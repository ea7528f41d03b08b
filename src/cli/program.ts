import './zod-settings.ts'
import { type Command, Config, flush, handle, type Interfaces, Plugin } from '@oclif/core'
import { normalizeArgv } from '@oclif/core/help'
import Help from './help.ts'
import unknownVerb from './unknown-verb.ts'

/** All of it, given to it: oclif, left alone, looks for a plugin's files on the disk, and loads modules of CommonJS to do so. */
export interface Program {
  /** package.json. */
  readonly description: Interfaces.PJSON
  /** oclif.manifest.json. */
  readonly manifest: Interfaces.Manifest
  /** By a verb's id, such as `keys:new`, its command. */
  readonly commands: Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>>
}

/** Runs the verb that the arguments name; ends like oclif's own `execute`. */
export async function runProgram(program: Program, argv: string[]): Promise<void> {
  try {
    await runVerb(await configOf(program), argv)
    await flush()
  } catch (error) {
    await handle(error as Error)
  }
}

async function runVerb(config: Config, argv: string[]): Promise<void> {
  const help = new Help(config)
  const flags = ['--help', ...(config.pjson.oclif.additionalHelpFlags ?? [])]
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  if (argv.length === 0 || own.some(word => flags.includes(word))) return await help.showHelp(argv)
  const [id = '', ...rest] = normalizeArgv(config, argv)
  const command = config.findCommand(id)
  if (command !== undefined) return await config.runCommand(id, rest, command)
  if (config.findTopic(id) !== undefined) return await help.showHelp([id])
  await unknownVerb.call({} as never, { id, argv: rest, config, context: {} as never })
}

async function configOf({ description, manifest, commands }: Program): Promise<Config> {
  const { commands: _, ...oclif } = description.oclif
  const pjson = { ...description, oclif }
  const plugin = new Held({ root: '/', type: 'core', pjson, isRoot: true }, manifest, commands)
  await plugin.load()
  const config = new Config({ root: '/', pjson, plugins: new Map([[plugin.name, plugin]]) })
  // Colours from a file in the user's home: left alone, it is looked for at every start.
  Object.assign(config, { loadTheme: async () => undefined })
  await config.load()
  // Each command loads what it is given once more.
  Object.assign(Config, { load: async () => config })
  return config
}

/** A plugin whose commands are in memory. */
class Held extends Plugin {
  readonly #held: Pick<Program, 'manifest' | 'commands'>

  constructor(
    options: Interfaces.PluginOptions,
    manifest: Interfaces.Manifest,
    commands: Program['commands'],
  ) {
    super(options)
    this.#held = { manifest, commands }
  }

  override async load(): Promise<void> {
    const { pjson } = this.options
    if (pjson === undefined) throw new Error('a plugin without package.json')
    const { manifest } = this.#held
    Object.assign(this, { pjson, name: pjson.name, version: pjson.version, root: this.options.root })
    Object.assign(this, { type: 'core', isRoot: true, valid: true, hasManifest: true, hooks: {}, manifest })
    this.commandIDs = Object.keys(manifest.commands)
    this.commands = Object.entries(manifest.commands).map(([id, command]) => ({
      ...command,
      id,
      load: async () => await this.findCommand(id, { must: true }),
    }))
  }

  override async findCommand(id: string, options: { must: true }): Promise<Command.Class>
  override async findCommand(id: string, options?: { must: boolean }): Promise<Command.Class | undefined>
  override async findCommand(id: string): Promise<Command.Class | undefined> {
    const found = await this.#held.commands[id]?.()
    if (found === undefined) return undefined
    found.default.id = id
    found.default.plugin = this
    return found.default
  }
}
