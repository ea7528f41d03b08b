import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkYaml, parseManifests, parseYaml } from '../../../../src/kernel/yaml/index.ts'

const laughs = Array.from(
  { length: 9 },
  (_, i) => `a${i}: &a${i} [${Array(9).fill(i === 0 ? 'ha' : `*a${i - 1}`)}]`,
).join('\n')

test('aliases are read, unless none may be there', () => {
  expect(parseYaml('a: &x [1]\nb: *x')).toEqual({ a: [1], b: [1] })
  expect(parseYaml('a: &x [1]\nb: [1]', { aliases: false })).toEqual({ a: [1], b: [1] })
  expect(() => parseYaml('a: &x [1]\nb: *x', { aliases: false })).toThrow(/aliases/)
})

test.each([
  ['a billion laughs', laughs],
  ['a list that holds itself', 'a: &a [*a, *a]'],
  ['a long text, thousands of times', `a: &a ${'x'.repeat(100_000)}\nb: [${Array(6000).fill('*a')}]`],
])('%s are refused before anything walks over them', (_, text) => {
  expect(() => parseYaml(text)).toThrow('stand for more than 2000000 values')
  expect(() => parseManifests(text)).toThrow('stand for more than 2000000 values')
  expect(checkYaml(text, z.unknown()).faults).toEqual([
    expect.stringContaining('not readable as YAML: its aliases'),
  ])
})

test.each([
  ['a list', '- a\n'],
  ['a list in one line', '[],'],
  ['lists in lists', '- - - - - - - - a\n'],
])('%s of millions is refused before it is read', (_, one) => {
  const text = `[${one.repeat(6_100_000 / one.length)}` // not even YAML
  for (const read of [parseYaml, parseManifests]) expect(() => read(text)).toThrow(/more than 2000000 values/)
})

test('of many faults the first hundred are told, and how many more there are', () => {
  const { faults } = checkYaml(`[${'x, '.repeat(5000)}]`, z.array(z.number()))
  expect(faults).toHaveLength(101)
  expect(faults?.at(-1)).toBe('and 4900 more of the kind')
})

test('so are unknown keys', () => {
  const text = Array.from({ length: 5000 }, (_, i) => `k${i}: 1`).join('\n')
  const { faults } = checkYaml(text, z.strictObject({ name: z.string().optional() }))
  expect(faults).toHaveLength(101)
  expect(faults?.at(-1)).toBe('(document): and 4900 more unknown keys')
})

test('more faults than zod can carry are a fault', () => {
  const text = `a: [${'x, '.repeat(400_000)}]`
  expect(checkYaml(text, z.record(z.string(), z.array(z.number()))).faults).toEqual([
    '(document): has too many faults to tell them apart; compare it with what its format says',
  ])
})
