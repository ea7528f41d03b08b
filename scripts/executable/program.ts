import { globSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { packed } from '../../src/adapters/compiled/index.ts'
import { pages } from '../../src/seal/carrier/pages.ts'
import { compiling } from '../compiling/index.ts'
import { compileSplit } from '../compiling/split.ts'

const root = join(import.meta.dirname, '..', '..')
const wasm = 'main.wasm.gz'

/** What a single executable is made of. */
export interface Program {
  /** What runs first: CommonJS in one file, which loads the rest out of the assets. */
  readonly main: Uint8Array
  /** Assets by the names that the program asks for. */
  readonly assets: ReadonlyMap<string, Uint8Array | { readonly path: string }>
  /** Paths of the source files in it. */
  readonly sources: readonly string[]
}

/** Compiles src/ and every library. The same sources give the same bytes. @throws Error of esbuild */
export async function compileProgram(): Promise<Program> {
  const [main, { files, sources }, worker] = await Promise.all([
    compileMain(),
    compileSplit(
      { main: 'src/main-executable.ts' },
      // The paths in tsconfig.json lead to types of ours.
      { external: ['pg-native', 'performance'], tsconfigRaw: {}, plugins: [parserFromAsset] },
    ),
    compileFile('src/adapters/files/hashing-worker.ts'),
  ])
  const texts = [...globSync('manifests/*.yaml', { cwd: root }).sort(), ...pages]
  const parser = join(root, 'node_modules/@cdktn/hcl2json', wasm)
  return {
    ...{ main, sources },
    assets: new Map<string, Uint8Array | { readonly path: string }>([
      ['program', packed(files)],
      ['hashing-worker.cjs', worker],
      [wasm, { path: parser }],
      ...texts.map(path => [path, { path: join(root, path) }] as const),
    ]),
  }
}

/** What runs first: as shipped, or keeping what V8 makes of each run in the folder `trainedIn`. */
export async function compileMain(trainedIn?: string): Promise<Uint8Array> {
  return await compileFile('src/bin-executable.ts', { trainedIn: JSON.stringify(trainedIn) ?? 'undefined' })
}

async function compileFile(path: string, define: Record<string, string> = {}): Promise<Uint8Array> {
  const { splitting: _, banner: __, ...settings } = compiling
  const { outputFiles } = await build({
    ...{ ...settings, define, absWorkingDir: root, entryPoints: [path] },
    format: 'cjs',
    write: false,
  })
  return outputFiles?.[0]?.contents ?? new Uint8Array()
}

/** The parser of HCL reads its program with fs-extra, from a file beside it. */
const parserFromAsset: Plugin = {
  name: 'parser-from-asset',
  setup({ onResolve, onLoad }) {
    const namespace = 'asset'
    onResolve({ filter: /^fs-extra$/ }, () => ({ path: 'fs-extra', namespace }))
    onLoad({ filter: /.*/, namespace }, () => ({
      contents: `export const readFile = async () => Buffer.from(require('node:sea').getAsset('${wasm}'))`,
    }))
  },
}
