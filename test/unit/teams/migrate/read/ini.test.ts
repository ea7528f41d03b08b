import { expect, test } from 'vitest'
import { iniValues } from '../../../../../src/teams/migrate/read/ini.ts'
import { asBytes, read } from './reading.ts'

const valuesIn = (text: string) => iniValues(text).map(({ section, key, value }) => [section, key, value])

test.each([
  ['k = v', 'v'],
  ['k     = v', 'v'],
  ['k = ', ''],
  ['k =', ''],
  ['k = a=b:c', 'a=b:c'],
  ['k = `a;b`', 'a;b'],
  ['k = " a "', ' a '],
  ['k = "a"', '"a"'],
  ['k = "a', '"a'],
  ['k = """a\n[b]\n; c\n"""', 'a\n[b]\n; c\n'],
  ['k = """a`b"""', 'a`b'],
  ['k = """ a \nb"""', ' a \nb'],
  ['k = a\r', 'a'],
  ['k = a\u2028b', 'a\u2028b'],
  ['k = "\u00a0a"', '\u00a0a'],
  ['k = \ufeffa', '\ufeffa'],
])('%j', (line, value) => {
  expect(valuesIn(`${line}\n`)).toEqual([['', 'k', value]])
})

test('sections, keys in backquotes, comments', () => {
  const text = '; a\nk = 1\n\n[DEFAULT]\nk = 2\n[a.b]\n`x=y` = 3\n# note\nz = 4\n; last\n\n[c]\nw = 5\n'
  expect(valuesIn(text)).toEqual([
    ...[
      ['', 'k', '1'],
      ['', 'k', '2'],
      ['a.b', 'x=y', '3'],
      ['a.b', 'z', '4'],
    ],
    ['c', 'w', '5'],
  ])
  expect(iniValues(text).map(({ commented }) => commented)).toEqual([true, false, false, true, false])
})

test('of a text that sops took for bytes, what applications read in several ways is told', async () => {
  const text = '[s]\na = x;y\nb = "q"\nc = plain\nd = %(a)s\n'
  const { values, doubts } = await read({ 'x.ini.enc': asBytes(text) })
  expect(values).toEqual({ 's.a': 'x;y', 's.b': '"q"', 's.c': 'plain', 's.d': '%(a)s' })
  expect(doubts.map(said => said.split(':')[0])).toEqual([
    'changed s.a',
    'changed s.b',
    'changed s.d',
    'told (file)',
  ])
})

test.each([
  ['[s]\nkey = BEGIN\nhushhush=\nEND\n', 4],
  ['a = one \\\n two\n', 2],
  ['[s]\na = 1\nhush\n', 3],
])(
  'a text of which a line assigns nothing is refused by that line, and nothing of it is taken or told',
  async (text, line) => {
    const { values, doubts } = await read({ 'x.ini.enc': asBytes(text) })
    expect(values).toEqual({})
    expect(doubts[0]).toMatch(new RegExp(`^refused \\(file\\): line ${line} assigns nothing`))
    expect(doubts.join()).not.toContain('hush')
  },
)

test('what may go on in the line below is told, a section called sops read, and a name that is there twice', async () => {
  const text = 'x = 1\nx = 1\n[sops]\na = b\n  c = d\ne = f\\\n[core]\n\tname = n\n\tother = o\n'
  const { values, doubts } = await read({ 'x.ini.enc': asBytes(text) })
  expect(values).toEqual({
    ...{ x: '1', 'x (number 2 of that name)': '1', 'sops.a': 'b', 'sops.c': 'd', 'sops.e': 'f\\' },
    ...{ 'core.name': 'n', 'core.other': 'o' },
  })
  expect(doubts.map(said => said.split(':')[0])).toEqual([
    'changed x (number 2 of that name)',
    'changed sops.a',
    'changed sops.e',
    'told (file)',
  ])
})
