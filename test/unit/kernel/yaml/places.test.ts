import { expect, test } from 'vitest'
import { type YamlPlace, yamlPlaces } from '../../../../src/kernel/yaml/index.ts'

/** Every value of a text as it stands there, in the order of the text. */
function written(text: string): string[] {
  const of = (place: YamlPlace): string[] => [
    text.slice(place.start, place.end),
    ...(place.kind === 'sequence' ? place.items.flatMap(of) : []),
    ...(place.kind === 'mapping' ? place.pairs.flatMap(({ key, value }) => [...of(key), ...of(value)]) : []),
  ]
  return yamlPlaces(text).flatMap(of)
}

test.each([
  ['plain texts', 'a: b c # d\n', ['a: b c', 'a', 'b c']],
  ['quotes', `"a": 'it''s'\n`, [`"a": 'it''s'`, '"a"', `'it''s'`]],
  ['nothing', 'a:\nb: c\n', ['a:\nb: c', 'a', '', 'b', 'c']],
  [
    'lists',
    'a:\n- b\n- [c, {d: e}] # f\n',
    ['a:\n- b\n- [c, {d: e}]', 'a', '- b\n- [c, {d: e}]', 'b', '[c, {d: e}]', 'c', '{d: e}', 'd', 'e'],
  ],
  ['brackets that end after a comment', 'a: [b, # ]\n  ]\n', ['a: [b, # ]\n  ]', 'a', '[b, # ]\n  ]', 'b']],
  ['empty brackets', 'a: { }\nb: []\n', ['a: { }\nb: []', 'a', '{ }', 'b', '[]']],
  [
    'aliases',
    'a: &x {b: c}\nd: *x\n',
    ['a: &x {b: c}\nd: *x', 'a', '{b: c}', 'b', 'c', 'd', '{b: c}', 'b', 'c'],
  ],
  ['documents', 'a\n---\nb\n', ['a', 'b']],
])('%s are at their places', (_, text, expected) => {
  expect(written(text)).toEqual(expected)
})

test('a comment in brackets that nothing closes as it should does not keep it', () => {
  expect(written(`a: [b, &x # ${' , #'.repeat(20_000)}\n]\n`)).toContain('b')
})

test('values are as they read', () => {
  const [place] = yamlPlaces('"\\u0041"')
  expect(place).toMatchObject({ kind: 'scalar', value: 'A', start: 0, end: 8 })
})
