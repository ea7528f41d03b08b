/**
 * `npm run executable [amd64|arm64]`: writes Sealift as one executable for each architecture into dist/executable. They
 * run where there is no Node, with glibc and libstdc++ alone. `npm run build` takes them away: they are of their sources.
 */
import { globSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bytes } from '../src/kernel/errors/index.ts'
import { writeExecutable } from './executable/inject.ts'
import { arm64Node } from './executable/other-node.ts'
import { compileProgram } from './executable/program.ts'
import { trained, untrained } from './executable/training.ts'

const folder = join(import.meta.dirname, '..', 'dist', 'executable')
const known = ['amd64', 'arm64']
const asked = process.argv.slice(2)
const unknown = asked.find(name => !known.includes(name))
if (unknown !== undefined) throw new Error(`${unknown} is none of ${known.join(', ')}`)
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    for (const begun of globSync('.{training,executable}-*', { cwd: folder }))
      rmSync(join(folder, begun), { recursive: true, force: true })
    process.exit(130)
  })
const program = await compileProgram()
for (const architecture of asked.length > 0 ? asked : known) {
  const path = join(folder, `sealift-linux-${architecture}`)
  const own = architecture === (process.arch === 'x64' ? 'amd64' : process.arch)
  const why = own ? ': it is run first, and keeps the code that verbs are compiled to (about 20 s)' : ''
  process.stderr.write(`Making ${path}${why} …\n`)
  if (own) await writeExecutable(await trained(program, folder), path)
  else await writeExecutable(untrained(program), path, await arm64Node())
  process.stdout.write(`${path}: ${bytes((await stat(path)).size)}\n`)
}
