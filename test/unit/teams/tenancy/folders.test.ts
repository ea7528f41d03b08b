import { expect, test } from 'vitest'
import { above, missingFolders } from '../../../../src/teams/tenancy/folders.ts'

test.each([
  ['/a', []],
  ['/a/b', ['/a']],
  ['/a/b/c', ['/a', '/a/b']],
])('above %s is %j', (path, parents) => {
  expect(above(path)).toEqual(parents)
})

test.each([
  ['nothing is missing', ['/a', '/a/b'], ['/a', '/a/b', '/other'], []],
  ['parents come with a folder', ['/a/b/c'], [], [{ path: '/a/b/c', brings: ['/a', '/a/b'] }]],
  ['a parent is not asked for, before or after', ['/a', '/a/b'], [], [{ path: '/a/b', brings: ['/a'] }]],
  ['nor where it stands behind', ['/a/b', '/a'], [], [{ path: '/a/b', brings: ['/a'] }]],
  ['a parent that is there brings nothing', ['/a/b'], ['/a'], [{ path: '/a/b', brings: [] }]],
  [
    'two below one parent: the first brings it',
    ['/a/b', '/a/c'],
    [],
    [
      { path: '/a/b', brings: ['/a'] },
      { path: '/a/c', brings: [] },
    ],
  ],
  ['a name that begins alike is another folder', ['/ab'], ['/a'], [{ path: '/ab', brings: [] }]],
  ['letters of another case are another folder', ['/DB'], ['/db'], [{ path: '/DB', brings: [] }]],
])('%s', (_, wanted, there, missing) => {
  expect(missingFolders(wanted, there)).toEqual(missing)
})
