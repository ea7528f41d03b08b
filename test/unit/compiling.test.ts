/** What `npm run build` asks for when it is used must be named there in full: a name left out would be undefined. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rarely } from '../../scripts/compiling/libraries.ts'

const root = join(import.meta.dirname, '..', '..')
const importers = globSync(['src/**/*.ts', 'node_modules/@kubernetes/client-node/dist/*.js'], { cwd: root })
const texts = importers.map(path => readFileSync(join(root, path), 'utf8'))

/** What a text takes from a library, by name or through the whole. */
function takenFrom(library: string, text: string): readonly string[] {
  const line = new RegExp(`^import (?!type)(.*) from ['"]${library}['"]`, 'm').exec(text)?.[1] ?? ''
  const whole = /\* as (\w+)/.exec(line)?.[1]
  if (whole !== undefined)
    return [...text.matchAll(new RegExp(`\\b${whole}\\.(\\w+)`, 'g'))].map(([, name = '']) => name)
  const names = line.replaceAll(/[{}]/g, '').split(',')
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
