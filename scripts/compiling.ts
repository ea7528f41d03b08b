import { dirname } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'

/**
 * What client-node's KubeConfig imports and Sealift has no use for. It asks the index of 800 generated models for two names
 * that are none of them, and undici, which is as large as all of src/, for calls by `fetch`: ours go through node:https.
 * With both, the program is twice as large, and every verb that asks a cluster begins with making them.
 */
const lessOfClientNode: Plugin = {
  name: 'less-of-client-node',
  setup({ onResolve, onLoad }) {
    const namespace = 'less-of-client-node'
    const contents: Readonly<Record<string, string>> = {
      './gen/index.js': "export * from './gen/configuration.js'; export * from './gen/servers.js'",
      undici: 'export class Agent {}; export class ProxyAgent {}; export const { fetch } = globalThis',
    }
    onResolve({ filter: /^(\.\/gen\/index\.js|undici)$/ }, ({ path, importer }) =>
      /client-node\/dist\/(config|gen\/http\/isomorphic-fetch)\.js$/.test(importer)
        ? { path, namespace, pluginData: dirname(importer) }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace }, ({ path, pluginData: resolveDir }) => ({
      contents: contents[path] ?? '',
      resolveDir,
    }))
  },
}

/**
 * What oclif needs to find plugins on a disk, read settings and look at its own Node; its index loads all of that at every
 * start. The commands are given to it (src/cli/program.ts), so its parts are named here, and those are as good as absent.
 */
const lessOfOclif: Plugin = {
  name: 'less-of-oclif',
  setup({ onResolve, onLoad }) {
    const parts = `export * as Args from '@oclif/core/args'
export * as Errors from '@oclif/core/errors'
export * as Flags from '@oclif/core/flags'
export { Command } from '@oclif/core/command'
export { Config, Plugin } from '@oclif/core/config'
export { flush } from '@oclif/core/flush'
export { handle } from '@oclif/core/handle'
export { CommandHelp, Help } from '@oclif/core/help'`
    onResolve({ filter: /^@oclif\/core$/ }, ({ path }) => ({ path, namespace: 'parts' }))
    onLoad({ filter: /.*/, namespace: 'parts' }, () => ({ contents: parts, resolveDir: import.meta.dirname }))
    onResolve({ filter: /^(tinyglobby|lilconfig|minimatch)$/ }, ({ path, importer }) =>
      importer.includes('@oclif/core') ? { path, namespace: 'absent' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {}' }))
  },
}

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
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [lessOfClientNode, lessOfOclif],
  logLevel: 'warning',
} satisfies BuildOptions
