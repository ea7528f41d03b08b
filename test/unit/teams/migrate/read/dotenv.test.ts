import { expect, test } from 'vitest'
import { asBytes, read, sealed } from './reading.ts'

const file = (plain: string) => ({
  format: 'dotenv' as const,
  plain,
  encrypted: plain.replace(/^([^#\n=]*=).+$/gm, `$1${sealed()}`),
})

test.each([
  ['A=x', 'x', []],
  ['A="x y"', 'x y', ['told']],
  ["A='x\\ny'", 'x\\ny', ['told', 'changed']],
  ['A=`x`', 'x', ['told', 'changed']],
  ['A="x\\ny"', 'x\ny', ['told', 'changed']],
  ['A="x\\"y"', 'x\\"y', ['told', 'changed']],
  ['A="x" # note', 'x', ['told', 'changed']],
  ['A=x # y', 'x # y', ['changed']],
  ['A=x#y', 'x#y', []],
  ['A="x" y', '"x" y', ['changed']],
  ['A="', '"', ['changed']],
  ['A=a"b"', 'a"b"', ['told']],
  ['A=C:\\dir', 'C:\\dir', ['told']],
  ['A="{"b": 1}"', '{"b": 1}', ['told', 'changed']],
  ["A='it's'", "it's", ['told', 'changed']],
  ['A= x ', 'x', ['told']],
  ['A=x\r', 'x', ['told']],
  ['A="x"\r', 'x', ['told', 'told']],
  ['export A=x', 'x', ['told']],
  ['A =x', 'x', ['told']],
  ['A=$x', '$x', ['changed']],
  ["A='$x'", '$x', ['told']],
  ['A=5$', '5$', []],
  ['A=', '', []],
  ['A=""', '', ['told']],
  ['A=x=y', 'x=y', []],
])('%j is read as applications read it', async (line, value, kinds) => {
  const { values, doubts } = await read({ '.env': file(`${line}\n# B=1\n\n`) })
  expect(values).toEqual({ A: value })
  expect(doubts.map(said => said.split(' ')[0])).toEqual(kinds)
})

test('raw, it is what sops takes it for', async () => {
  const { values } = await read({ '.env': file('export A="x"\r\n B = y\n') }, { rawDotenv: true })
  expect(values).toEqual({ '["export A"]': '"x"\r', '[" B "]': ' y' })
})

test('what is not encrypted is told, and left out', async () => {
  const plain = 'A=x\nB_unencrypted=y\n'
  const one = { format: 'dotenv' as const, plain, encrypted: `A=${sealed()}\nB_unencrypted=y\n` }
  expect((await read({ '.env': one })).values).toEqual({ A: 'x' })
  expect((await read({ '.env': one }, { unencrypted: true })).values).toEqual({ A: 'x', B_unencrypted: 'y' })
})

test('of a text that sops took for bytes, quotes may go on for lines', async () => {
  const { values, doubts } = await read({ '.env.local': asBytes('A="x\n# y\n"\nexport B=\'z\nw\'\nC=1\n') })
  expect(values).toEqual({ A: 'x\n# y\n', B: 'z\nw', C: '1' })
  expect(doubts).not.toContainEqual(expect.stringContaining('sops writes for a new line'))
})

test.each([
  ['A=BEGIN\nhushhush==\nEND\nB=1\n', 3],
  ['# note\n\nA="two\nlines"\nB: hush\n', 5],
  ['A={\n  "hush": "="\n}\n', 3],
])(
  'a text that is not all assignments is refused by its line, and nothing of it is taken or told',
  async (text, line) => {
    const { values, doubts } = await read({ 'x.env.enc': asBytes(text) })
    expect(values).toEqual({})
    expect(doubts[0]).toMatch(new RegExp(`^refused \\(file\\): line ${line} assigns nothing`))
    expect(doubts.join()).not.toContain('hush')
  },
)

test('lines that end in a carriage return are lines, in quotes too; export alone assigns nothing', async () => {
  const { values } = await read({ 'x.env.enc': asBytes('A="two\r\nlines"\r\nexport A\r\nB=1\r\n') })
  expect(values).toEqual({ A: 'two\nlines', B: '1' })
})
