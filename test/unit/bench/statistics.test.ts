import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../bench/outcome.ts'
import { fill, type Row } from '../../bench/rows.ts'
import { meets, ratios, spread } from '../../bench/statistics.ts'
import type { Round } from '../../bench/trials.ts'

test('a spread is smallest, middle and largest, whatever the order', () => {
  expect(spread([3, 1, 10])).toEqual({ min: 1, median: 3, max: 10 })
  expect(spread([10, 1, 4, 2])).toEqual({ min: 1, median: 3, max: 10 })
  expect(spread([7])).toEqual({ min: 7, median: 7, max: 7 })
  expect(() => spread([])).toThrow(RangeError)
})

test('ratios are taken within a round', () => {
  expect(ratios([1, 4], [2, 2])).toEqual([0.5, 2])
  expect(() => ratios([1], [1, 2])).toThrow(RangeError)
})

describe('a target', () => {
  const values = spread([1, 2, 9])
  test.each([
    [{ most: 2 }, true],
    [{ most: 1.9 }, false],
    [{ most: 2, always: true }, false],
    [{ most: 9, always: true }, true],
    [{ least: 2 }, true],
    [{ least: 2.1 }, false],
    [{ least: 2, always: true }, false],
    [{ least: 1, always: true }, true],
  ] as const)('%j: %s', (target, met) => expect(meets(values, target)).toBe(met))

  test('is not met by what could not be counted', () => {
    expect(meets(spread([Number.NaN]), { most: 1 })).toBe(false)
  })
})

describe('a row', () => {
  const took = (seconds: number): Outcome => ({ seconds, cpu: 0, peak: 0, written: 0, toDisk: 0, size: 0 })
  const seconds = { of: ({ seconds }: Outcome) => seconds }
  const row: Row = {
    key: 'build',
    what: 'build',
    unit: 's',
    ours: { ...seconds, needs: ['sealift'] },
    theirs: { ...seconds, needs: ['crane'], called: 'crane' },
    target: { most: 0.6 },
  }
  const rounds: Round[] = [
    { sealift: took(1), crane: took(2) },
    { sealift: took(9) },
    { sealift: took(3), crane: took(10) },
  ]

  test('is filled from the rounds that have all it needs', () => {
    expect(fill([row], rounds)).toEqual([
      {
        row,
        ours: { min: 1, median: 2, max: 3 },
        theirs: { min: 2, median: 6, max: 10 },
        ratio: { min: 0.3, median: 0.4, max: 0.5 },
        met: true,
      },
    ])
  })

  test('without such a round is left out', () => {
    expect(fill([row], [{ sealift: took(1) }])).toEqual([])
  })

  test('without theirs is judged by itself', () => {
    const { theirs: _, ...alone } = row
    expect(fill([alone], rounds)).toEqual([{ row: alone, ours: { min: 1, median: 3, max: 9 }, met: false }])
  })
})
