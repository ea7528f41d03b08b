import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { manifestText } from '../scripts/manifest.ts'
import { exitCodes } from '../src/errors/index.ts'

const root = join(import.meta.dirname, '..')

// dist/ is built before the tests run: `npm test` does, `npm run build` by hand.
test('oclif.manifest.json is what the compiled commands give; npm run manifest writes it', async () => {
  expect(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')).toBe(await manifestText())
})

test('the README’s table of exit codes has every code once, and no other', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [section = ''] = readme.slice(readme.indexOf('\n## Exit codes\n') + 1).split(/^(?=## )/m)
  const rows = section.split('\n').filter(line => /^\|\s*\d/.test(line))
  // Code, meaning, an empty column, code, meaning; a cell of codes may name several.
  const cells = rows.map(row => row.split('|').map(cell => cell.trim()))
  const named = cells.flatMap(([, left = '', , , right = '']) => `${left} ${right}`.match(/\d+/g) ?? [])
  const known = Object.values<number>(exitCodes)
  expect(named.map(Number).sort((a, b) => a - b)).toEqual([0, ...known].sort((a, b) => a - b))
})
