#!/usr/bin/env node
import { join } from 'node:path'
import { filesIn, keepCode, readCode, runCompiled } from './adapters/compiled/index.ts'
import { unfitNode } from './cli/node-version.ts'
import { streamWell } from './cli/streaming.ts'

/** Names the compiled program by what is in its files: set by `npm run build`. */
declare const buildName: string

const { argv, arch, versions } = process
const unfit = unfitNode(versions.node)
if (unfit !== undefined) {
  process.stderr.write(unfit)
  process.exit(2)
}
// What V8 makes of the program is kept beside it, where nobody writes who may not change the program itself.
const compiled = join(import.meta.dirname, 'compiled', `${buildName}-${versions.v8}-${arch}`)
const kept = join(compiled, argv[2]?.replaceAll(/[^a-z]/g, '') || 'none')
streamWell(argv[2])
runCompiled(
  {
    ...filesIn(import.meta.dirname),
    code: readCode(kept),
    atEnd: ({ status, news, code }) => {
      // A run that failed has not come by all that a verb is made of.
      if (news && status === 0) keepCode(kept, code)
    },
  },
  'main.cjs',
)
