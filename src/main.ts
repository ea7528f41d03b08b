import { createRequire } from 'node:module'
import { start } from './cli/start.ts'
import { commands } from './commands/index.ts'

const require = createRequire(import.meta.filename)

// The program, as bin.ts loads it.
void start({
  description: () => require('../package.json'),
  manifest: async () => require('../oclif.manifest.json'),
  commands,
})
