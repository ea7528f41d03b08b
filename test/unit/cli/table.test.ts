import { expect, test } from 'vitest'
import { table } from '../../../src/cli/table.ts'

test('a table may have more rows than a call has arguments', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [`a${i}`])
  expect(table(['name'], rows).split('\n')).toHaveLength(200_002)
})
