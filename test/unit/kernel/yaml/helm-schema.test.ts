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

test('keys are read like values', () => {
  expect(parseManifests('y: 1\n0x10: 2\n"n": 3')).toEqual([{ true: 1, 16: 2, n: 3 }])
})

test('what is ours is YAML 1.2', () => {
  expect(parseYaml('[off, 0400, 1_000, y]')).toEqual(['off', 400, '1_000', 'y'])
})
