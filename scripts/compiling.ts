import { dirname } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'

/**
 * KubeConfig asks the index of client-node's 800 generated models for two names that are none of them: with them, the
 * program is twice as large, and every verb that asks a cluster begins with making them all.
 */
const withoutModels: Plugin = {
  name: 'without-models',
  setup({ onResolve, onLoad }) {
    const namespace = 'without-models'
    onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      /client-node\/dist\/config\.js$/.test(importer) ? { path: importer, namespace } : undefined,
    )
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: "export * from './gen/configuration.js'; export * from './gen/servers.js'",
      resolveDir: dirname(path),
    }))
  },
}

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
  plugins: [withoutModels],
  logLevel: 'warning',
} satisfies BuildOptions
