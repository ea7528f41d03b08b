import { expect, test } from 'vitest'
import { differences } from '../../../../src/site/backup/look.ts'

test('what did not come back is told table by table', () => {
  expect(differences({ a: 1, b: 2, c: 3 }, { a: 1, b: 3, d: 4 })).toEqual([
    'table b has 3 rows, the database had 2',
    'table c is not there',
    'table d was not in the database',
  ])
  expect(differences({ a: 1 }, { a: 1 })).toEqual([])
})
