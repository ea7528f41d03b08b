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

test('every exit code stands in the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const table = readme.slice(readme.indexOf('## Exit codes'), readme.indexOf('## Limits'))
  const named = new Set(table.match(/\b\d+\b/g)?.map(Number))
  expect(Object.values(exitCodes).filter(code => !named.has(code))).toEqual([])
})
