import { expect, test } from 'vitest'
import { differences, requireMajor } from '../../../../src/site/backup/look.ts'

test('what did not come back is told table by table', () => {
  expect(differences({ a: 1, b: 2, c: 3 }, { a: 1, b: 3, d: 4 })).toEqual([
    'table b has 3 rows, the database had 2',
    'table c is not there',
    'table d was not in the database',
  ])
  expect(differences({ a: 1 }, { a: 1 })).toEqual([])
})

test.each([
  ['17.2', '15.18'],
  ['15.18', '17.2'],
  ['9.6', '15.1'],
])('a tool of %s is none for a server of %s', (tool, server) => {
  expect(() => requireMajor('pg_dump', tool, server)).toThrow(
    `pg_dump in the server's container is of version ${tool}`,
  )
})

test('a minor version apart is none', () => {
  expect(() => requireMajor('pg_dump', '15.10', '15.18')).not.toThrow()
})
