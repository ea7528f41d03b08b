import { expect, test } from 'vitest'
import { recognise } from '../../../../../src/teams/migrate/read/recognise.ts'
import { sealed } from './reading.ts'

test.each([
  ['yaml', `a: ${sealed()}\nsops:\n    kms: []\n    mac: ${sealed()}\n`],
  ['yaml', `sops: # its own\n    age:\n        - enc: |\n            x\n\n    lastmodified: "x"\na: b\n`],
  ['yaml', `"sops":\r\n    mac: x\r\n`],
  ['yaml', `a: ${sealed()}\nsops: {mac: x, version: 3}\n`],
  ['yaml', `{a: ${JSON.stringify(sealed())}, sops: {mac: x}}\n`],
  ['json', `{"a": 1, "sops": {"mac": "x"}}`],
  ['json', `\n{"data": {"x": 1}, "sops": {"version": "3"}}`],
  ['json', `{"data": "open", "sops": {"mac": "x"}}`],
  ['binary', `{"data": "${sealed()}", "sops": {"lastmodified": "x"}}`],
  ['binary', '{"data": "", "sops": {"mac": "x"}}'],
  ['dotenv', `A=1\nsops_version=3.13.3\n`],
  ['ini', `[a]\nb = c\n\n[sops]\nage__list_0__map_enc = x\nmac = y\n`],
])('%s by what is in it', (form, text) => {
  expect(recognise(text)).toBe(form)
})

test.each([
  '',
  'a: sops\n',
  'sops: a word\nmac: x\n',
  'sops:\n  about: these\nmac: x\n',
  '# sops:\n#   mac: x\n',
  'tool:\n  sops:\n    mac: x\n',
  '{"sops": "x"}',
  '{"a": {"sops": {"mac": "x"}}}',
  '{"sops": {"mac": "x"}',
  '[sops]\nhow = x\n[other]\nmac = y\n',
  'export sops_mac=x\n',
  'creation_rules:\n  - age: x # for sops\n',
])('%j is not one of sops', text => {
  expect(recognise(text)).toBeUndefined()
})
