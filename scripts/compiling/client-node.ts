import { dirname } from 'node:path'
import type { Plugin } from 'esbuild'

/**
 * What client-node's KubeConfig imports and Sealift has no use for. It asks the index of 800 generated models for two names
 * that are none of them, and undici, which is as large as all of src/, for calls by `fetch`: ours go through node:https.
 * With both, the program is twice as large, and every verb that asks a cluster begins with making them.
 */
export const lessOfClientNode: Plugin = {
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
