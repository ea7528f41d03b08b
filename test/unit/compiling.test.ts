/** What `npm run build` asks for when it is used must be named there in full: a name left out would be undefined. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rarely } from '../../scripts/compiling/libraries.ts'

const root = join(import.meta.dirname, '..', '..')
const libraries = ['@kubernetes/client-node', 'socks-proxy-agent'].map(
  name => `node_modules/${name}/dist/*.js`,
)
const importers = globSync(['src/**/*.ts', ...libraries], { cwd: root })
const texts = importers.map(path => readFileSync(join(root, path), 'utf8'))

/** What a text takes from a library, by name or through the whole. */
function takenFrom(library: string, text: string): readonly string[] {
  const [, stated = '', , asked] =
    new RegExp(
      `^import (?!type\\b)([^;'"]*?) from ['"]${library}['"]|^(const|var) (\\w+) = require\\("${library}"\\)`,
      'm',
    ).exec(text) ?? []
  const whole = asked ?? /\* as (\w+)/.exec(stated)?.[1]
  if (whole !== undefined)
    return [...text.matchAll(new RegExp(`\\b${whole}\\.(\\w+)`, 'g'))].map(([, name = '']) => name)
  const names = stated.replaceAll(/[{}]/g, '').split(',')
  return names
    .map(name => name.trim().replace(/ as .*/, ''))
    .filter(name => name !== '' && !name.startsWith('type '))
}

test.each(Object.entries(rarely))(
  'all that is taken of %s is asked for when it is used',
  (library, names) => {
    const taken = texts.flatMap(text => takenFrom(library, text))
    expect([...new Set(taken)].toSorted()).toEqual(names.toSorted())
  },
)

test('a line may be broken, and a library asked for in CommonJS', () => {
  expect(
    takenFrom('semver', "import {\n  coerce,\n  type SemVer,\n  inc as more,\n} from 'semver'\n"),
  ).toEqual(['coerce', 'inc'])
  expect(takenFrom('socks', 'const socks_1 = require("socks");\nsocks_1.SocksClient.make()')).toEqual([
    'SocksClient',
  ])
})

test('none is asked for in a call, where nobody sees what is taken', () => {
  const called = new RegExp(`\\bimport\\(\\s*['"](?:${Object.keys(rarely).join('|')})['"]`)
  expect(importers.filter((_, i) => called.test(texts[i] ?? ''))).toEqual([])
})
