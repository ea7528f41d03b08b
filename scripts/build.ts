/**
 * `npm run build`: compiles src/ into dist/, a few files with the libraries in them. As hundreds of files, each found,
 * read and compiled for itself, a command takes twice as long to start.
 */
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, transform } from 'esbuild'
import { compiling } from './compiling/index.ts'

const root = join(import.meta.dirname, '..')
const verbs = globSync('src/commands/**/*.ts', { cwd: root, exclude: ['src/commands/index.ts'] })
const { banner: _, ...settings } = compiling

await rm(join(root, 'dist'), { recursive: true, force: true })
const { outputFiles } = await build({
  absWorkingDir: root,
  // Verbs each for itself, where what writes the manifest looks for them (package.json); the thread where its parent does.
  entryPoints: Object.fromEntries([
    ...['src/main.ts', ...verbs].map(path => [path.slice('src/'.length, -'.ts'.length), path]),
    ['hashing-worker', 'src/adapters/files/hashing-worker.ts'],
  ]),
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  write: false,
  ...settings,
  legalComments: 'linked',
})
const hash = createHash('sha256')
for (const { path, text, contents } of outputFiles.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
  const written = path.endsWith('.cjs') ? await asCommonJs(text) : contents
  // As it is written: of two files V8 only sees whether they are of one length.
  hash.update(written)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, written)
}
await build({
  absWorkingDir: root,
  entryPoints: { bin: 'src/bin.ts' },
  outdir: 'dist',
  ...compiling,
  splitting: false,
  define: { buildName: JSON.stringify(hash.digest('hex').slice(0, 16)) },
})

/** A module as CommonJS, which src/adapters/code-cache.ts loads: esbuild splits modules alone. */
async function asCommonJs(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    // As modules are, which it was written as: what writes to a frozen object is told so.
    banner: "'use strict';",
    target: compiling.target,
    supported: { 'dynamic-import': false },
    define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    minifyWhitespace: true,
    minifySyntax: true,
  })
  return code
}
