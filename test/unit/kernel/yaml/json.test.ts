import { expect, test } from 'vitest'
import { parseManifests, parseYaml, printJson } from '../../../../src/kernel/yaml/index.ts'
import { helmScalars } from '../../../support/helm-scalars.ts'

const words = helmScalars.map(([source]) => source)
const value = {
  words,
  keys: Object.fromEntries(words.map(word => [word, null])),
  plain: [true, false, null, 0, 400, 1.5, 1e21, [], {}],
  signs: ' # a: b\n\t"\\\u0000\u0007é😀\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff',
}

test('is the same to a reader of JSON, of YAML 1.1 and of YAML 1.2', () => {
  const text = printJson(value)
  expect(JSON.parse(text)).toEqual(value)
  expect(parseManifests(text)).toEqual([value])
  expect(parseYaml(text)).toEqual(value)
})

test('has no sign that YAML does not let stand, or takes for the end of a line', () => {
  const text = printJson(value)
  const odd = [...text.slice(0, -1)].filter(
    sign =>
      sign < ' ' || (sign >= '\u007f' && sign < '\u00a0') || '\u2028\u2029\ufeff\ufffe\uffff'.includes(sign),
  )
  expect([odd, text.at(-1)]).toEqual([[], '\n'])
})
