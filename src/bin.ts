#!/usr/bin/env node
import { join } from 'node:path'
import { runCompiled } from './adapters/code-cache.ts'
import { streamWell } from './cli/streaming.ts'

/** Names the compiled program by what is in its files: set by `npm run build`. */
declare const buildName: string

const { argv, arch, versions } = process
// What V8 makes of the program is kept beside it, where nobody writes who may not change the program itself.
const compiled = join(import.meta.dirname, 'compiled', `${buildName}-${versions.v8}-${arch}`)
const verb = argv[2]?.replaceAll(/[^a-z]/g, '') || 'none'
streamWell(argv[2])
runCompiled(join(import.meta.dirname, 'main.cjs'), join(compiled, verb))
