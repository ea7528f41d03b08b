import { expect, test } from 'vitest'
import { besideName } from '../../../../src/site/snapshot/names.ts'

test.each([
  ['infisical', 'infisical_restoring_01234567'],
  ['x'.repeat(63), `${'x'.repeat(44)}_restoring_01234567`],
  // Two bytes each: none is cut in the middle.
  ['ü'.repeat(31), `${'ü'.repeat(22)}_restoring_01234567`],
])('a name beside %s is one that PostgreSQL does not cut', (database, name) => {
  const found = besideName(database, '_restoring_01234567')
  expect(found).toBe(name)
  expect(Buffer.byteLength(found)).toBeLessThanOrEqual(63)
})
