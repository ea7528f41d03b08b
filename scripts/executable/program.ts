import { globSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { pages } from '../../src/seal/carrier/pages.ts'
import { compiling } from '../compiling/index.ts'

const root = join(import.meta.dirname, '..', '..')
const wasm = 'main.wasm.gz'

/** Sealift as one file of JavaScript, and the files that it takes along. */
export interface Program {
  /** CommonJS, which is what a single executable runs. */
  readonly main: Uint8Array
  /** Assets by the names that the program asks for. */
  readonly assets: ReadonlyMap<string, Uint8Array | { readonly path: string }>
}

/** Compiles src/ and every library into one file. The same sources give the same bytes. */
export async function compileProgram(): Promise<Program> {
  const contents = `import { start } from './src/cli/start.ts'
import { streamWell } from './src/cli/streaming.ts'
import { commands } from './src/commands/index.ts'
import description from './package.json'
streamWell(process.argv[2])
void start({
  description: () => description,
  manifest: async () => (await import('./oclif.manifest.json')).default,
  commands,
})`
  const [main, worker] = await Promise.all([
    compile({ stdin: { contents, resolveDir: root, loader: 'ts' } }),
    compile({ entryPoints: ['src/adapters/files/hashing-worker.ts'] }),
  ])
  const texts = [...globSync('manifests/*.yaml', { cwd: root }).sort(), ...pages]
  const parser = join(root, 'node_modules/@cdktn/hcl2json', wasm)
  return {
    main,
    assets: new Map<string, Uint8Array | { readonly path: string }>([
      ['hashing-worker.cjs', worker],
      [wasm, { path: parser }],
      ...texts.map(path => [path, { path: join(root, path) }] as const),
    ]),
  }
}

async function compile(entry: Parameters<typeof build>[0]): Promise<Uint8Array> {
  const { splitting: _, banner: __, external: ___, ...settings } = compiling
  const { outputFiles } = await build({
    ...settings,
    ...entry,
    absWorkingDir: root,
    format: 'cjs',
    write: false,
    external: ['pg-native', 'performance'],
    // As `require` inside the one file: a single executable imports none but Node's own modules.
    supported: { 'dynamic-import': false },
    // The paths in tsconfig.json lead to types of ours.
    tsconfigRaw: {},
    legalComments: 'eof',
    plugins: [...settings.plugins, parserFromAsset],
    // What needs them asks first whether it is in a single executable.
    logOverride: { 'empty-import-meta': 'silent' },
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
