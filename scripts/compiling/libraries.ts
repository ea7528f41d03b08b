import type { Plugin } from 'esbuild'

/** Libraries that most runs of a verb which imports them have no use for, and the names that are taken from them. */
export const rarely: Readonly<Record<string, readonly string[]>> = {
  semver: ['coerce', 'compareBuild', 'major', 'minor', 'parse', 'satisfies', 'valid', 'validRange'],
  // Of client-node: a proxy that a kubeconfig names, and logins of clouds.
  hpagent: ['HttpProxyAgent', 'HttpsProxyAgent'],
  'jsonpath-plus': ['JSONPath'],
  'openid-client': ['customFetch', 'discovery', 'refreshTokenGrant'],
  socks: ['SocksClient'],
  'socks-proxy-agent': ['SocksProxyAgent'],
}
const namespace = 'libraries-when-used'

/** These, each asked for when one of its names is first used, as Node's own modules are. */
export const librariesWhenUsed: Plugin = {
  name: namespace,
  setup({ onLoad, onResolve }) {
    onResolve(
      { filter: new RegExp(`^(${Object.keys(rarely).join('|')})$`) },
      ({ path, namespace: from, resolveDir }) =>
        from === namespace ? undefined : { path, namespace, pluginData: resolveDir, sideEffects: false },
    )
    onLoad({ filter: /.*/, namespace }, ({ path, pluginData: resolveDir }) => {
      const getters = rarely[path]?.map(name => `get ${name}() { return require('${path}').${name} }`)
      return { contents: `module.exports = { ${getters?.join(', ')} }`, resolveDir }
    })
  },
}
