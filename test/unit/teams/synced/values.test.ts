import { describe, expect, test } from 'vitest'
import {
  isEmptied,
  isSelected,
  isValue,
  keyOf,
  untakenProperty,
} from '../../../../src/teams/synced/values.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a value is one by its bytes', () => {
  expect([isValue(base64('ä'), 'ä'), isValue(base64('a'), 'b'), isValue(undefined, '')]).toEqual([
    true,
    false,
    false,
  ])
  expect(isValue('', '')).toBe(true)
})

test.each([
  [`a\${b}c`, 'ac', true],
  [`a\${b}c`, 'axc', false],
  [`\${b}`, '', true],
  [`\${A}\${B}`, 'x', true],
  [`\${A}-\${B}`, 'x-', true],
  [`\${A}-\${B}`, '-y', true],
  [`\${A}-\${B}`, 'x-y', false],
  [`a\${b}c`, `a\${b}c`, false],
  ['plain', 'plain', false],
  ['pa$$word$HOME', 'pa$$word$HOME', false],
])('of %j read as %j it is %s that something became nothing', (raw, expanded, emptied) => {
  expect(isEmptied(raw, expanded)).toBe(emptied)
})

const json = '{"text":"a","port":5432,"on":false,"none":null,"list":[1],"in":{"deep":1,"text":"b"}}'
test.each([
  ['text', undefined],
  ['in.text', undefined],
  ['port', 'a number'],
  ['on', 'a boolean'],
  ['none', 'null'],
  ['list', 'a list'],
  ['in', 'a mapping'],
  ['in.deep', 'a number'],
  ['absent', undefined],
  ['list.#', undefined],
  ['text.length', undefined],
  ['__proto__', undefined],
])('property %s is %s', (property, untaken) => {
  expect(untakenProperty(json, property)).toBe(untaken)
})

test('what is no JSON has no property', () => {
  expect(untakenProperty('{', 'a')).toBeUndefined()
})

describe('a pattern of find', () => {
  test.each([
    ['.*', 'ANY', true],
    ['', 'ANY', true],
    ['DB', 'MY_DB_USER', true],
    ['^DB', 'MY_DB', false],
    ['^DB_.*', 'DB_USER', true],
    ['DB$', 'MY_DB', true],
    ['DB$', 'DB_USER', false],
    ['^DB$', 'DB', true],
    ['^DB$', 'DBB', false],
    ['^A.*A$', 'A', false],
    ['^A.*B.*C$', 'AxBxC', true],
    ['^A.*B.*C$', 'AxCxB', false],
    ['^a\\.b$', 'a.b', true],
    ['^a\\.b$', 'axb', false],
  ])('%j and %j: %s', (pattern, name, selected) => {
    expect(isSelected(pattern, name)).toBe(selected)
    expect(new RegExp(pattern).test(name)).toBe(selected)
  })

  test.each(['[A-Z]+', 'a|b', '(?i)db', 'a.b', '(a+)+', 'a?'])('that is more is not read: %s', pattern => {
    expect(isSelected(pattern, 'x')).toBeUndefined()
  })

  test('of many parts takes no time', () => {
    expect(isSelected(`${'.*a'.repeat(5000)}b`, 'a'.repeat(100_000))).toBe(false)
  })
})

test('names become keys as External Secrets Operator makes them', () => {
  expect(['with space', 'a/b', 'dot.name', 'Ünïcode', '1DIGIT', 'a$b'].map(keyOf)).toEqual([
    ...['with_space', 'a_b', 'dot.name', 'Ünïcode', '1DIGIT', 'a_b'],
  ])
})
