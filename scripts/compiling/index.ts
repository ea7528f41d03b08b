import type { BuildOptions } from 'esbuild'
import { builtinsWhenUsed } from './builtins.ts'
import { lessOfClientNode } from './client-node.ts'
import { librariesWhenUsed } from './libraries.ts'
import { lessOfOclif } from './oclif.ts'

/** How src/ is compiled for Node, by `npm run build` and where a bench needs a part of it. */
export const compiling = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The parser of HCL finds the program that it is beside it; the others are asked for only where something else is absent.
  external: ['@cdktn/hcl2json', 'pg-native', 'performance'],
  // Libraries in CommonJS call `require`, which a module does not have.
  banner: {
    js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
  },
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [lessOfClientNode, lessOfOclif, builtinsWhenUsed, librariesWhenUsed],
  logLevel: 'warning',
} satisfies BuildOptions

/** The same for bin.ts. Nothing of it calls `require`, and an old Node, which it is to tell what it needs, cannot make one so. */
export const compilingStart = { ...compiling, splitting: false, banner: {} } satisfies BuildOptions
