/**
 * `npm run build`: compiles src/ into dist/, a few files with the libraries in them. As hundreds of files, each found,
 * read and compiled for itself, a command takes twice as long to start.
 */
import { globSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { compiling } from './compiling/index.ts'

const root = join(import.meta.dirname, '..')
const verbs = globSync('src/commands/**/*.ts', { cwd: root, exclude: ['src/commands/index.ts'] })

await rm(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  // Verbs each for itself, where what writes the manifest looks for them (package.json); the thread where its parent does.
  entryPoints: Object.fromEntries([
    ...['src/bin.ts', ...verbs].map(path => [path.slice('src/'.length, -'.ts'.length), path]),
    ['hashing-worker', 'src/adapters/files/hashing-worker.ts'],
  ]),
  outdir: 'dist',
  ...compiling,
  legalComments: 'linked',
})
