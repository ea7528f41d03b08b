#!/usr/bin/env node
import { createRequire, enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { start } from './cli/start.ts'
import { commands } from './commands/index.ts'

const require = createRequire(import.meta.url)
// What V8 makes of the program is kept beside it, where nobody writes who may not change the program itself.
enableCompileCache(join(import.meta.dirname, 'compiled'))
await start({
  description: () => require('../package.json'),
  manifest: async () => require('../oclif.manifest.json'),
  commands,
})
