/** What sops changes when it encrypts, each told of; and what it does not, read as it was. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { printJson } from '../../../src/kernel/yaml/index.ts'
import { type RealSops, realSops } from '../../support/sops.ts'
import { doubtsAt, readWith } from './reading.ts'

let real: RealSops
beforeAll(async () => {
  real = await realSops()
})
afterAll(() => real.dispose())

test.each([
  ['00123', '83'],
  ['0777', '511'],
  ['1.0', '1'],
  ['1.10', '1.1'],
  ['1e3', '1000'],
  ['+49123', '49123'],
  ['1_000', '1000'],
  ['0x1F', '31'],
  ['0o17', '15'],
  ['2026-01-09', '2026-01-09T00:00:00Z'],
  ['2026-01-09 10:11:12', '2026-01-09T10:11:12Z'],
  ['5432', '5432'],
  ['.inf', '.inf'],
])('YAML: %s is told as lost', async (written, kept) => {
  const path = await real.encrypt('scalar.yaml', 'yaml', `db:\n  it: ${written}\n  quoted: "${written}"\n`)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({ 'db.it': kept, 'db.quoted': written })
  expect(read.names).toEqual(['db_it', 'db_quoted'])
  expect(read.doubts).toEqual([
    expect.stringMatching(/^lost db\.it: db_it was a (number|date) without quotes/),
  ])
})

test('YAML: words, nothing, empty things, lists', async () => {
  const text = `yes: yes\ntrue_: True\nnull_: ~\nnone:\nempty: ""\nlist: [a, {k: v}, [b]]\nno: []\nnor: {}\ntext: |\n  a\n  b\n`
  const path = await real.encrypt('words.yaml', 'yaml', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({
    ...{ yes: 'yes', true_: 'true', empty: '', text: 'a\nb\n' },
    ...{ 'list[0]': 'a', 'list[1].k': 'v', 'list[2][0]': 'b' },
  })
  expect(read.names).toContain('list_1_k')
  for (const at of ['true_', 'null_', 'none', 'no', 'nor']) expect(doubtsAt(read, at)).toEqual(['told'])
  expect(read.doubts).toHaveLength(5)
  const asked = await readWith(real, [path], { nullAsEmpty: true })
  expect(asked.values).toMatchObject({ null_: '', none: '' })
})

test('YAML: both documents are read, merge keys followed, aliases too', async () => {
  const text = 'base: &b\n  x: one\n  y: two\nmore:\n  <<: *b\n  y: own\nagain: *b\n---\nsecond: doc\n'
  const path = await real.encrypt('documents.yaml', 'yaml', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({
    ...{ 'base.x': 'one', 'base.y': 'two', 'more.y': 'own', 'more.x': 'one' },
    ...{ 'again.x': 'one', 'again.y': 'two', 'document 2: second': 'doc' },
  })
  expect(read.names).not.toContain('more_<<_x')
  expect(doubtsAt(read, 'more.x')).toEqual(['told'])
  expect(doubtsAt(read, 'document 2')).toEqual(['told'])
})

test('YAML: !!binary is a text, or refused', async () => {
  const text = 'text: !!binary aGVsbG8=\nbytes: !!binary //4A\n'
  const path = await real.encrypt('binary.yaml', 'yaml', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({ text: 'hello' })
  expect(doubtsAt(read, 'bytes')).toEqual(['refused'])
})

test('JSON: numbers that were rounded are told, whole ones are not', async () => {
  const text = `{"big": 12345678901234567890123, "max": 9223372036854775807, "f": 1.10, "n": null, "d": 1, "d": 2, "s": "1.10"}`
  const path = await real.encrypt('numbers.json', 'json', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({
    ...{ big: '1.2345678901234568e+22', max: '9223372036854775807', f: '1.1', s: '1.10' },
    ...{ d: '1', 'd (number 2 of that name)': '2' },
  })
  expect(read.doubts).toContainEqual(expect.stringMatching(/^lost big: .*lost digits/))
  expect(read.doubts).toContainEqual(expect.stringMatching(/^lost f: (?!.*lost digits)/))
  expect(doubtsAt(read, 'max')).toEqual([])
  expect(doubtsAt(read, 'd (number 2 of that name)')).toEqual(['changed'])
})

test('INI: what was cut off is told by the comment above, a section twice as that', async () => {
  const text = [
    ...[
      'top = t',
      '[db]',
      'password = abc;def',
      'quoted = "x#y"',
      'whole = `a;b`',
      'plain = 00123',
      'last = v',
    ],
    ...[
      'many = """one',
      'two"""',
      'blank = " b "',
      '[db]',
      'password = again',
      '[web]',
      '; a note',
      'url = a=b',
      '',
    ],
  ].join('\n')
  const path = await real.encrypt('settings.ini', 'ini', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({
    ...{ top: 't', 'db.password': 'abc', 'db.quoted': '"x', 'db.whole': 'a;b', 'db.plain': '00123' },
    ...{ 'db.last': 'v', 'db.many': 'one\ntwo', 'db.blank': ' b ', 'web.url': 'a=b' },
    'db (number 2 of that name).password': 'again',
  })
  for (const at of ['db.password', 'db.quoted', 'web.url']) expect(doubtsAt(read, at)).toEqual(['lost'])
  expect(doubtsAt(read, 'db (number 2 of that name).password')).toEqual(['changed'])
  for (const at of ['db.whole', 'db.plain', 'db.last', 'db.many']) expect(doubtsAt(read, at)).toEqual([])
})

test('dotenv: as applications read it, or as sops has it', async () => {
  const text = `A="x y"\nexport B=1\nC=cr\r\nD="a\\nb"\nE=a\\nb\nF='single # kept'\nG=a #b\nH=\nI=p=q\n# no: J=1\nA=2\n`
  const path = await real.encrypt('.env.production', 'dotenv', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({
    ...{ A: 'x y', B: '1', C: 'cr', D: 'a\nb', E: 'a\\nb', F: 'single # kept', G: 'a #b', H: '', I: 'p=q' },
    'A (number 2 of that name)': '2',
  })
  for (const at of ['A', 'B', 'C', 'F']) expect(doubtsAt(read, at)).toEqual(['told'])
  for (const at of ['G', 'A (number 2 of that name)']) expect(doubtsAt(read, at)).toEqual(['changed'])
  for (const at of ['D', 'E']) expect(doubtsAt(read, at)).toEqual(['told', 'changed'])
  const raw = await readWith(real, [path], { rawDotenv: true })
  expect(raw.values).toMatchObject({ A: '"x y"', '["export B"]': '1', C: 'cr\r' })
})

test('a value that sops had to put another sign into is told as lost', async () => {
  const path = await real.encrypt('signs.json', 'json', '{"lone": "a\\ud800b", "whole": "\\ud83d\\ude00"}')
  const read = await readWith(real, [path])
  expect(read.values).toEqual({ lone: 'a\uFFFDb', whole: '😀' })
  expect(read.doubts).toEqual([expect.stringMatching(/^lost lone: lone has U\+FFFD/)])
})

test('YAML: texts that sops gives as null, or breaks where YAML 1.2 does not, are asked for in JSON', async () => {
  const values = { tabbed: '\tone\ntwo', within: 'a\u2028b', ends: 'c\nd\u2029', plain: 'e' }
  const text = `${JSON.stringify(values)}\n`
  const path = await real.encrypt('withheld.yaml', 'yaml', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual(values)
  expect(read.doubts).toEqual([
    expect.stringMatching(/^told \(file\): it has a text that sops gives in JSON only/),
  ])

  const merging = 'base: &b\n  x: one\nmore:\n  <<: *b\ntabbed: "\\tone\\ntwo"\nnumber: 010\n'
  const merged = await readWith(real, [await real.encrypt('merged.yaml', 'yaml', merging)])
  expect(merged.values).toEqual({ 'base.x': 'one', 'more.x': 'one', tabbed: '\tone\ntwo', number: '8' })
  expect(doubtsAt(merged, 'number')).toEqual(['lost'])
})

test('YAML: in a further document such texts are refused, and told', async () => {
  const tabbed = await real.encrypt('further.yaml', 'yaml', 'a: b\n---\nc: "\\td\\ne"\nf: g\n')
  const read = await readWith(real, [tabbed])
  expect(read.values).toEqual({ a: 'b', 'document 2: f': 'g' })
  expect(read.doubts).toContainEqual(
    expect.stringMatching(/^refused document 2: c: c is a text that sops gives as null/),
  )
  const broken = await real.encrypt('broken.yaml', 'yaml', 'a: b\n---\nc: "d\\Le"\n')
  await expect(readWith(real, [broken])).rejects.toMatchObject({
    code: 'SOPS_FAILED',
    message: expect.stringContaining('several documents'),
  })
})

const odd = [
  'a: b',
  '- c',
  '#d',
  ' e ',
  '"f',
  "'g'",
  '`h`',
  '$' + '{i}',
  '%j',
  'ENC[k]',
  '\tl',
  '\\m',
  '\u00a0n',
  '\u0007',
  '\ufeffo',
  'p\u0085',
  'null',
  '1e3',
  '😀',
  'q'.repeat(300),
  'r s '.repeat(60),
]

test.each(['yaml', 'json'] as const)('%s: texts of all sorts come as they were', async form => {
  const values = Object.fromEntries(
    odd.flatMap((text, i) => [
      [`one${i}`, text],
      [`two${i}`, `${text}\n${text}`],
    ]),
  )
  const path = await real.encrypt(`odd.${form}`, form, printJson(values))
  expect((await readWith(real, [path])).values).toEqual(values)
})

test('INI and dotenv: and where these can have them', async () => {
  const texts = odd.filter(text => !/[`\\\u0085\u00a0]/.test(text) && text.trim() === text)
  const ini = await real.encrypt(
    'odd.ini',
    'ini',
    `[s]\n${texts.map((text, i) => `k${i} = \`${text}\``).join('\n')}\n`,
  )
  const expected = (before: string) => Object.fromEntries(texts.map((text, i) => [`${before}k${i}`, text]))
  expect((await readWith(real, [ini])).values).toEqual(expected('s.'))
  const lines = `${texts.map((text, i) => `k${i}=${text}`).join('\n')}\n`
  const dotenv = await real.encrypt('odd.env', 'dotenv', lines)
  expect((await readWith(real, [dotenv], { rawDotenv: true })).values).toEqual(expected(''))
})
