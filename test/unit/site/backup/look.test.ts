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

test('names are whoever’s who made the archive: fit for a screen, and no more than twelve', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`t${n}`, 1]))
  const told = differences(many, {})
  expect(told).toHaveLength(13)
  expect(told.at(-1)).toBe('and 88 more')
  expect(differences({ 'a\u001b[2J': 1 }, {})).toEqual(['table a\\u{1b}[2J is not there'])
  expect(differences({ constructor: 1 }, {})).toEqual(['table constructor is not there'])
})
