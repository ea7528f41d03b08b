/**
 * `npm run build`: compiles src/ into dist/, a few files with the libraries in them. As hundreds of files, each found,
 * read and compiled for itself, a command takes twice as long to start.
 */
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { compilingStart } from './compiling/index.ts'
import { compileSplit, verbs } from './compiling/split.ts'

const root = join(import.meta.dirname, '..')

await rm(join(root, 'dist'), { recursive: true, force: true })
const { files } = await compileSplit({
  main: 'src/main.ts',
  // Verbs each for itself, where what writes the manifest looks for them (package.json); the thread where its parent does.
  ...verbs,
  'hashing-worker': 'src/adapters/files/hashing-worker.ts',
})
const hash = createHash('sha256')
for (const [name, contents] of files) {
  // As it is written: of two files V8 only sees whether they are of one length.
  hash.update(contents)
  const path = join(root, 'dist', name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, contents)
}
await build({
  absWorkingDir: root,
  entryPoints: { bin: 'src/bin.ts' },
  outdir: 'dist',
  ...compilingStart,
  define: { buildName: JSON.stringify(hash.digest('hex').slice(0, 16)) },
})
