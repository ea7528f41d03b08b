/**
 * `npm run build`: compiles src/ into dist/, a few files with the libraries in them. As hundreds of files, each found,
 * read and compiled for itself, a command takes twice as long to start.
 */
import { globSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { compiling } from './compiling.ts'

const root = join(import.meta.dirname, '..')
const commands = globSync('src/commands/**/*.ts', { cwd: root }).map(path =>
  path.slice('src/'.length, -'.ts'.length),
)

await rm(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  // Where oclif (package.json) and the thread's parent look for them.
  entryPoints: Object.fromEntries(
    ['bin', 'cli/help', 'cli/unknown-verb', ...commands]
      .map(name => [name, `src/${name}.ts`])
      .concat([['hashing-worker', 'src/adapters/files/hashing-worker.ts']]),
  ),
  outdir: 'dist',
  ...compiling,
  legalComments: 'linked',
})
