import { expect, test } from 'vitest'
import { parseManifests, syntaxFault } from '../../../../src/kernel/yaml/index.ts'

test.each<[string, string, unknown]>([
  ['a bracket below its key', 'a: [\n  1\n]\nb: 2\n', { a: [1], b: 2 }],
  ['a brace below its key', 'metadata: {\n  name: a\n}\n', { metadata: { name: 'a' } }],
  ['entries below their key', 'a: [\n1,\n2\n]\nb: 3\n', { a: [1, 2], b: 3 }],
  [
    'lists in lists, further left than any key',
    'x:\n  z:\n    a: [\n {b: 1,\nc: [\n1\n]\n},\n2\n    ]\n  d: 1\n',
    { x: { z: { a: [{ b: 1, c: [1] }, 2] }, d: 1 } },
  ],
  ['list entries', '- [\n1\n]\n- b: {\n x: 1\n}\n', [[1], { b: { x: 1 } }]],
  ['comments', 'a: [ # one ]\n# two ]\n1, # three " ]\n]\n', { a: [1] }],
  ['quoted texts', `a: "b\nc"\nd: 'e\n\nf'\ng: "h\\\n  i"\n`, { a: 'b c', d: 'e\nf', g: 'hi' }],
  [
    'texts in lists',
    `a: [b\nc, "d]\n\ne", it's,\n'[',\n"\\"]"]\n`,
    { a: ['b c', 'd]\ne', "it's", '[', '"]'] },
  ],
  ['anchors and tags', 'a: [&x b,\n!mine {c: *x},\n*x]\n', { a: ['b', { c: 'b' }, 'b'] }],
  [
    'tabs before entries',
    'a: [1,\t2, {b:\t3,\n\t\tc: 4}]\nd:\t[\t5 ]\n',
    { a: [1, 2, { b: 3, c: 4 }], d: [5] },
  ],
  ['CRLF', 'a: [\r\n  1\r\n]\r\nb: {\r\n}\r\n', { a: [1], b: {} }],
  [`a key far to the right`, `${'- '.repeat(40)}a: [\n1\n]\n`, undefined],
])('the column of %s does not count', (_, text, value) => {
  const [read] = parseManifests(text)
  if (value === undefined) expect(JSON.stringify(read)).toContain('{"a":[1]}')
  else expect(read).toEqual(value)
})

test('what is in a block stays as it is', () => {
  const text = 'a: |\n  [\n  \t1\n   ]\nb: {\n}\nc: |-\n  {\n\n  }\nd: e [\n f\n'
  expect(parseManifests(text)).toEqual([{ a: '[\n\t1\n ]\n', b: {}, c: '{\n\n}', d: 'e [ f' }])
})

test('documents before and after count, and directives with them', () => {
  const text = '---\na: [\n]\n---\nb: {\n}\n---\nc: 1\n...\n%TAG !e! !\n---\nd: [\n!e!x 1\n]\n'
  expect(parseManifests(text)).toEqual([{ a: [] }, { b: {} }, { c: 1 }, { d: ['1'] }])
})

test.each([
  ['a fault behind one', 'a: [\n  1\n]\nb: c: d\n', 'line 4, column 5: '],
  ['a fault in one', 'a: [\n1,,\n2\n]\n', 'line 2, column 3: '],
  ['a list without an end', '---\nb: [\n]\n---\na: [\n1\n', 'line 7, column 1: '],
  ['the end of a document', 'a: [\n1\n---\n]\n', 'line 3, column 1: '],
  ['text below a list', 'a: [\n]\n  b: 1\n', 'line 3, column '],
])('%s is told where it is', (_, text, place) => {
  let failure: unknown
  try {
    parseManifests(text)
  } catch (error) {
    failure = error
  }
  expect(syntaxFault(failure, true)).toMatch(new RegExp(`^${place}`))
})

test('thousands of such lines are read', () => {
  const list = Array.from({ length: 4000 }, (_, i) => ({ name: `n${i}`, at: [i] }))
  expect(parseManifests(`a:\n    b:\n        c: ${JSON.stringify(list, null, 1)}\n`)).toEqual([
    { a: { b: { c: list } } },
  ])
})

test('too many lines of the kind are refused', () => {
  const text = `${' '.repeat(4000)}a: [${'\n1,'.repeat(400_000)}\n]\n`
  expect(() => parseManifests(text)).toThrow(/^deficient indentation \(\d+:1\)/)
})

test.each(['a: [\n1\n---\nb\n]\n', 'a: [\n', 'a: "\n---\n"\n', 'a: [\n[\n1\n]\n---\n]\n'])(
  'nothing goes on in the next document: %j',
  text => {
    expect(() => parseManifests(text)).toThrow()
  },
)

test('only a little is mended of a text that may be no YAML', () => {
  const list = (length: number) =>
    Array.from({ length }, (_, i) => `  k${i}: [a,\n]\n`)
      .join('')
      .replace(/^/, 'a:\n')
  expect(parseManifests(list(40), { perhaps: true })).toHaveLength(1)
  expect(() => parseManifests(list(3000), { perhaps: true })).toThrow('deficient indentation')
})
