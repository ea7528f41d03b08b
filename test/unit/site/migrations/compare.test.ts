import { describe, expect, it } from 'vitest'
import { compareMigrations as compare } from '../../../../src/site/migrations/index.ts'

const compareMigrations = (applied: readonly string[], names: readonly string[], whole = true) =>
  compare(applied, { names, whole })

describe('compareMigrations', () => {
  it.each([
    ['empty', [], ['b', 'a'], { pending: ['a', 'b'], unknown: [], applied: 0 }],
    ['current', ['a', 'b'], ['b', 'a'], { pending: [], unknown: [], applied: 2 }],
    ['behind', ['a'], ['c', 'b', 'a'], { pending: ['b', 'c'], unknown: [], applied: 1 }],
    ['ahead', ['a', 'c', 'b'], ['a'], { pending: [], unknown: ['b', 'c'], applied: 3 }],
    ['fork', ['a', 'x'], ['a', 'b'], { pending: ['b'], unknown: ['x'], applied: 2 }],
  ])('%s', (state, applied, image, rest) => {
    expect(compareMigrations(applied, image)).toEqual({ state, ...rest })
  })

  it('goes by names without their extension, whichever there are', () => {
    const applied = ['20240101_init.ts', '20240102_more.mjs', '20240103_dots.in.it.ts']
    const image = ['20240101_init', '20240102_more.js', '20240103_dots.in.it.mjs']
    expect(compareMigrations(applied, image)?.state).toBe('current')
  })

  it('counts a migration once that was noted under two extensions', () => {
    expect(compareMigrations(['a.ts', 'a.mjs'], ['a.mjs'])).toMatchObject({ state: 'current', applied: 1 })
  })

  it('of an image that is known in part, says that it is behind, and never that it is ahead', () => {
    expect(compareMigrations(['a'], ['a', 'b'], false)).toMatchObject({ state: 'behind', pending: ['b'] })
    expect(compareMigrations(['a'], ['a'], false)).toMatchObject({ state: 'current' })
    expect(compareMigrations(['a', 'b'], ['a'], false)).toBeUndefined()
    expect(compareMigrations(['a', 'x'], ['a', 'b'], false)).toBeUndefined()
  })

  it('says nothing without an image, but that a database is empty', () => {
    expect(compare(['a'], undefined)).toBeUndefined()
    expect(compare([], undefined)).toMatchObject({ state: 'empty', pending: [] })
  })
})
