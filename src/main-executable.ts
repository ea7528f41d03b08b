import description from '../package.json' with { type: 'json' }
import type { Program } from './cli/program.ts'
import { start } from './cli/start.ts'
import { commands } from './commands/index.ts'

// The program, as bin-executable.ts loads it: what lies beside a checkout's is in it.
void start({
  description: () => description as Program['description'],
  manifest: async () => {
    const { default: manifest } = await import('../oclif.manifest.json', { with: { type: 'json' } })
    return manifest as unknown as Program['manifest']
  },
  commands,
})
