import { expect, test } from 'vitest'
import { parseWritten, parseWrittenJson, type Written } from '../../../../src/kernel/yaml/index.ts'

/** What was read, as plain values with types where these are not `text`. */
function flat(value: Written | undefined): unknown {
  if (value === undefined) return undefined
  if (value.kind === 'list') return value.items.map(flat)
  if (value.kind === 'scalar') return value.type === 'text' ? value.text : `${value.type} ${value.text}`
  return value.entries.map(({ key, value: of, merges }) => [merges ? `merge ${key}` : key, flat(of)])
}

test.each([
  ['00123', 'integer 00123'],
  ['+49', 'integer +49'],
  ['0x1F', 'integer 0x1F'],
  ['1_000', 'integer 1_000'],
  ['1.10', 'float 1.10'],
  ['1e3', 'float 1e3'],
  ['0o17', 'float 0o17'],
  ['2026-01-09', 'time 2026-01-09'],
  ['yes', 'boolean yes'],
  ['True', 'boolean True'],
  ['~', 'null ~'],
  ['', 'null '],
  ['"00123"', '00123'],
  ["'yes'", 'yes'],
  ['!!str 12', '12'],
  ['!!binary aGk=', 'binary aGk='],
  ['!mine hello', 'hello'],
  ['10.0.0.1', '10.0.0.1'],
  ['1e', '1e'],
])('a scalar %s is what is written', (text, read) => {
  expect(parseWritten(`a: ${text}\n`).map(flat)).toEqual([[['a', read]]])
})

test('keys twice, merge keys, aliases and documents are all there', () => {
  const text = 'a: &x {k: v}\na: *x\nb:\n  <<: *x\n  "<<": w\n1: z\n---\n---\n- l\n'
  expect(parseWritten(text).map(flat)).toEqual([
    [
      ['a', [['k', 'v']]],
      ['a', [['k', 'v']]],
      [
        'b',
        [
          ['merge <<', [['k', 'v']]],
          ['<<', 'w'],
        ],
      ],
      ['1', 'z'],
    ],
    'null ',
    ['l'],
  ])
  expect(parseWritten('')).toEqual([])
})

test.each([
  ['&a [*a]', 'an alias names what is not there'],
  ['a: *b', /alias|anchor/],
  ['? [a]\n: b', 'a key is a list or a mapping'],
  ['a: [', /./],
  ['['.repeat(101), /depth|nest/i],
])('%s is no document', (text, reason) => {
  expect(() => parseWritten(text)).toThrow(reason)
})

test('JSON keeps digits, signs in texts and keys that are there twice', () => {
  const text =
    '{"a": 1.10, "b": [12345678901234567890123, -0, 1e3, true, null], "a": "x\\u2028\\"]}", "": {}}'
  expect(flat(parseWrittenJson(text))).toEqual([
    ['a', 'float 1.10'],
    ['b', ['integer 12345678901234567890123', 'integer -0', 'float 1e3', 'boolean true', 'null null']],
    ['a', 'x\u2028"]}'],
    ['', []],
  ])
})

test.each(['', '{', '{"a" 1}', '[1,]', '{"a": 01}', "{'a': 1}"])('%s is no JSON', text => {
  expect(() => parseWrittenJson(text)).toThrow(SyntaxError)
})

test('JSON that is nested deeply is told of', () => {
  expect(() => parseWrittenJson('['.repeat(200) + ']'.repeat(200))).toThrow('nested too deeply')
})
