#!/usr/bin/env node
import { createRequire } from 'node:module'
import { start } from './cli/start.ts'

await start(
  () => createRequire(import.meta.url)('../package.json'),
  async () => {
    const { execute } = await import('@oclif/core')
    await execute({ dir: import.meta.url })
  },
)
