import { expect, test } from 'vitest'
import { parseManifests, parseYaml } from '../../../../src/kernel/yaml/index.ts'
import { helmScalars } from '../../../support/helm-scalars.ts'

test.each(helmScalars)('what is helm’s: "%s" is %j', (source, value) => {
  expect(parseManifests(`a: ${source}`)).toEqual([{ a: value }])
})

test.each(['.inf', '+.Inf', '-.INF', '.nan'])('%s is a number, though none that JSON has', source => {
  expect(parseManifests(`a: ${source}`)).toEqual([{ a: parseYaml(source) }])
})

test('of a key that is there twice the last counts, merge keys are merged, and each document counts', () => {
  const text = 'a: 1\na: 2\n---\n# nothing\n---\nb: &b {x: 1, z: 2}\nc: {<<: *b, x: 3}\n'
  expect(parseManifests(text)).toEqual([{ a: 2 }, { b: { x: 1, z: 2 }, c: { x: 3, z: 2 } }])
})

test("a program's own tags change no list and no mapping", () => {
  const text = 'a: !Join [1, !Ref off, off]\nb: !Map {c: 1}\nd: !Map\n  <<: {e: 2}\n  f: !List\n  - g\n'
  expect(parseManifests(text)).toEqual([{ a: [1, 'off', false], b: { c: 1 }, d: { e: 2, f: ['g'] } }])
  expect(() => parseYaml('a: !Ref b')).toThrow(/tag/)
})

test.each<[string, unknown]>([
  ['!!mine 5', '5'],
  ['!<tag:example.com,2000:mine> 5', '5'],
  ['!<tag:example.com,2000:mine> {b: 1}', { b: 1 }],
  ['!!set {b, c: }', { b: null, c: null }],
  ['!!omap [b: 1, c: 2]', [{ b: 1 }, { c: 2 }]],
  ['!!str [1]', [1]],
  ['!!seq {b: 1}', { b: 1 }],
  ['!!timestamp 2020-01-01', '2020-01-01'],
  ['!!binary aGk=', 'hi'],
  ['!!null ""', null],
  ['<<', '<<'],
  ['[<<]', ['<<']],
])('any tag is taken, as helm takes it: %s', (source, value) => {
  expect(parseManifests(`%TAG !e! tag:example.com,2000:\n---\na: ${source}\nb: !e!x 1\n`)).toEqual([
    { a: value, b: '1' },
  ])
})

test.each(['!!binary "?"', '!!int x', '!!bool 5', '!!null x'])('%s is no such value', source => {
  expect(() => parseManifests(`a: ${source}`)).toThrow(/cannot resolve/)
})

test.each<[string, unknown]>([
  ['{<<: *x, b: 3}', { b: 3, c: 2 }],
  ['{b: 3, <<: *x}', { b: 1, c: 2 }],
  ['{<<: [*y, *x], d: 6}', { b: 4, c: 2, d: 6 }],
  ['{<<: *x, <<: *y}', { b: 4, c: 2, d: 5 }],
  ['{<<: {b: 7, <<: *y}}', { b: 4, d: 5 }],
  ['{!!merge <<: *x, b: 3}', { b: 3, c: 2 }],
  ['{"<<": *x}', { '<<': { b: 1, c: 2 } }],
])('merge keys count where they stand: %s', (source, value) => {
  const text = `x: &x {b: 1, c: 2}\ny: &y {b: 4, d: 5}\na: ${source}\n`
  expect(parseManifests(text)).toMatchObject([{ a: value }])
})

test.each(['1', 'b', '[1]', '[[*x]]', ''])('what is no mapping is not merged: %s', source => {
  expect(() => parseManifests(`x: &x {b: 1}\na:\n  <<: ${source}\n`)).toThrow('cannot merge')
})

test('a text that merges too much is refused', () => {
  const keys = Array.from({ length: 2000 }, (_, i) => `k${i}: 1`)
  const text = `a: &a {${keys}}\nb: [${Array(600).fill('{<<: *a}')}]\n`
  expect(() => parseManifests(text)).toThrow('it merges more than 1000000 keys')
})

test('for a program that wants texts, scalars are the texts that they are written as', () => {
  const text = 'a: [off, 0400, 1.10, ~, "", !!int 5, 2020-01-01]\nb: &b {1: on}\nc: {<<: *b}\n'
  expect(parseManifests(text, { typed: false })).toEqual([
    {
      a: ['off', '0400', '1.10', null, '', '5', '2020-01-01'],
      b: { 1: 'on' },
      c: { 1: 'on' },
    },
  ])
})

test('keys are read like values', () => {
  expect(parseManifests('y: 1\n0x10: 2\n"n": 3')).toEqual([{ true: 1, 16: 2, n: 3 }])
})

test('what is ours is YAML 1.2', () => {
  expect(parseYaml('[off, 0400, 1_000, y]')).toEqual(['off', 400, '1_000', 'y'])
})
