import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import type { Plugin } from 'esbuild'

const builtins = new Set(builtinModules)
const imports = /^import\s+(?!type\s)([\w$*{}\s,]+?)\s+from\s+['"](?:node:)?([\w/]+)['"];?$/gm
const scheme = 'builtin:'

/**
 * Node's own modules, each asked for when one of its names is first used. An `import` loads it before anything runs, makes a
 * facade of all that it exports, and calls each getter among that: webcrypto comes with `node:crypto`, readline with `node:fs`
 * (nodejs.org/api/process.html#processgetbuiltinmoduleid). A third of a short verb's time was that.
 */
export const builtinsWhenUsed: Plugin = {
  name: 'builtins-when-used',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\.(ts|mjs|js)$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const contents = text.replace(imports, (line, names, from) =>
        builtins.has(from) ? whenUsed(names, from) : line,
      )
      return contents === text ? undefined : { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' }
    })
    onResolve({ filter: /^builtin:/ }, ({ path }) => ({
      path: path.slice(scheme.length),
      namespace: 'builtin',
      sideEffects: false,
    }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const [from, names = ''] = path.split('?')
      const getters = names.split(',').map(name => `get ${name}() { return asked().${name} }`)
      // CommonJS, whose names are looked at where they are used.
      return {
        contents: `const asked = () => process.getBuiltinModule('node:${from}'); module.exports = { ${getters.join(', ')} }`,
      }
    })
  },
}

/** The line for `{ a, type B, c as d }`, which asks when it is used, or for `whole` and `* as whole`, which asks at once. */
function whenUsed(names: string, from: string): string {
  const [, whole, named = ''] = /^(?:(?:\* as )?([\w$]+))?,?\s*(?:\{([^}]*)\})?$/.exec(names) ?? []
  const values = named.split(',').filter(name => name.trim() !== '' && !/^\s*type\s/.test(name))
  const asked = values.map(name => name.trim().replace(/ as .*/s, '')).toSorted()
  return [
    ...(whole === undefined ? [] : [`const ${whole} = globalThis.process.getBuiltinModule('node:${from}');`]),
    ...(asked.length === 0
      ? []
      : [`import { ${values.join(',')} } from '${scheme}${from}?${asked.join(',')}';`]),
  ].join(' ')
}
