import type { BuildOptions } from 'esbuild'

/** How src/ is compiled for Node, by `npm run build` and where a bench needs a part of it. */
export const compiling = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // oclif finds its own files and package.json beside it, the parser of HCL the program that it is.
  external: ['@oclif/core', 'pg-native', '@cdktn/hcl2json'],
  // Libraries in CommonJS call `require`, which a module does not have.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
} satisfies BuildOptions
