import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** The parts of oclif that Sealift is made of: its index has all others as well. */
const parts = `export * as Args from '@oclif/core/args'
export * as Errors from '@oclif/core/errors'
export * as Flags from '@oclif/core/flags'
export { Command } from '@oclif/core/command'
export { Config, Plugin } from '@oclif/core/config'
export { flush } from '@oclif/core/flush'
export { handle } from '@oclif/core/handle'
export { CommandHelp, Help } from '@oclif/core/help'`

/**
 * What oclif has for finding plugins on a disk, for settings, for its own log and spinner, and what stands
 * in for it. The commands are given to it (src/cli/program.ts), and progress is ora's.
 */
const absent: Readonly<Record<string, string>> = {
  'cli-spinners': 'module.exports = { dots2: { frames: [] } }',
  debug: 'module.exports = () => Object.assign(() => {}, { enabled: false })',
  lilconfig: 'module.exports = {}',
  minimatch: 'module.exports = {}',
  tinyglobby: 'module.exports = {}',
}

/**
 * oclif without what is absent, and each of its modules asked for where its first name is used: left alone, one asks for all of
 * them before a verb begins. TypeScript wrote them, as `const x_1 = require("x")` and `x_1.name`.
 */
export const lessOfOclif: Plugin = {
  name: 'less-of-oclif',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@oclif\/core$/ }, ({ path }) => ({ path, namespace: 'parts' }))
    onLoad({ filter: /.*/, namespace: 'parts' }, () => ({ contents: parts, resolveDir: import.meta.dirname }))
    onResolve({ filter: new RegExp(`^(${Object.keys(absent).join('|')})$`) }, ({ path, importer }) =>
      importer.includes('@oclif/core') ? { path, namespace: 'absent' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({ contents: absent[path] ?? '' }))
    onLoad({ filter: /@oclif\/core\/lib\/.*\.js$/ }, async ({ path }) => ({
      contents: askedWhenUsed(await readFile(path, 'utf8')),
    }))
  },
}

function askedWhenUsed(text: string): string {
  const asks = /^(?:const|var) (\w+_\d+) = ((?:__importDefault\()?require\(["'][^"']+["']\)\)?);$/gm
  const asked = [...text.matchAll(asks)]
  const getters = asked.map(([, name, ask]) => `get ${name}() { return (this._${name} ??= ${ask}) }`)
  // A name may be declared twice, for an import and for an export.
  const rest = asked.reduce(
    (code, [line, name]) =>
      code.replace(line, '').replaceAll(new RegExp(`(?<!\\.)\\b${name}\\b`, 'g'), `$asked.${name}`),
    text,
  )
  // A file of its own, loaded at every start to know that this is no Windows.
  const plain = rest.replaceAll("await import('wsl-utils')", '{ isWsl: false }')
  return `"use strict"; const $asked = { ${getters.join(', ')} }\n${plain}`
}
