import { globSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type BuildOptions, build, transform } from 'esbuild'
import type { Pieces } from '../../src/adapters/compiled/index.ts'
import { compiling } from './index.ts'

const root = join(import.meta.dirname, '..', '..')

/** The files of verbs, by their paths in src/ without their endings. */
export const verbs: Readonly<Record<string, string>> = Object.fromEntries(
  globSync('src/commands/**/*.ts', { cwd: root, exclude: ['src/commands/index.ts'] })
    .toSorted()
    .map(path => [path.slice('src/'.length, -'.ts'.length), path]),
)

/** What was compiled. */
export interface Split {
  /** Files of CommonJS by their paths, and texts of licences beside them. */
  readonly files: Pieces
  /** Paths of all source files that something of is in them. */
  readonly sources: readonly string[]
}

/**
 * Compiles src/ from the `entryPoints` on, libraries included, into files that src/adapters/compiled loads. The same sources
 * give the same bytes. @throws Error of esbuild
 */
export async function compileSplit(
  entryPoints: Readonly<Record<string, string>>,
  more: BuildOptions = {},
): Promise<Split> {
  const { banner: _, ...settings } = compiling
  const outdir = join(root, 'dist')
  const { outputFiles, metafile } = await build({
    ...settings,
    ...more,
    ...{ absWorkingDir: root, entryPoints, outdir, outExtension: { '.js': '.cjs' } },
    write: false,
    metafile: true,
    legalComments: 'linked',
    plugins: [...settings.plugins, ...(more.plugins ?? [])],
  })
  const files = outputFiles.map(async ({ path, text, contents }) => {
    const name = relative(outdir, path)
    return [name, name.endsWith('.cjs') ? await asCommonJs(text) : contents] as const
  })
  const sources = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter(path => (inputs[path]?.bytesInOutput ?? 0) > 0),
  )
  return { files: new Map((await Promise.all(files)).toSorted(([a], [b]) => (a < b ? -1 : 1))), sources }
}

/** A module as CommonJS: esbuild splits modules alone. */
async function asCommonJs(text: string): Promise<Uint8Array> {
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
  return Buffer.from(code)
}
