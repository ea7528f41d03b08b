import { expect, test } from 'vitest'
import { asBytes, read } from './reading.ts'

const hcl = (text: string) => read({ 'terraform.tfvars.enc': asBytes(text) })

test.each([
  ['a = "x"', { a: 'x' }],
  ['a = 00123\nb = -1.50', { a: '00123', b: '-1.50' }],
  ['a = 12345678901234567890123', { a: '12345678901234567890123' }],
  ['a = { "b c" = 1.0, d = [true, null, 2.50] }', { 'a["b c"]': '1.0', 'a.d[0]': 'true', 'a.d[2]': '2.50' }],
  ['é = 1.0 # note\n/* b = 2 */\nc = "d"', { '["é"]': '1.0', c: 'd' }],
  [`a = "$\${b} %%{c} 100%"`, { a: `\${b} %{c} 100%` }],
  ['a = <<EOT\nx\n  "y" \\n\nEOT\n', { a: 'x\n  "y" \\n\n' }],
  ['a = <<-EOT\n    x\n      y\n    EOT\n', { a: 'x\n  y\n' }],
  ['\ufeffa = "\\u00e9\\t"\r\nb = 1\r\n', { a: 'é\t', b: '1' }],
])('HCL %j', async (text, values) => {
  expect((await hcl(text)).values).toEqual(values)
})

test.each([
  'var.x',
  '1 + 1',
  '"$' + '{x}"',
  '"%' + '{ if true }x%' + '{ endif }"',
  'sensitive("x")',
  '{ (x) = 1 }',
  '"$' + '{1}"',
])('HCL that computes %s is refused', async text => {
  const { values, doubts } = await hcl(`a = ${text}\nb = "c"\n`)
  expect(values).toEqual({ b: 'c' })
  expect(doubts).toContainEqual(expect.stringMatching(/^refused a/))
})

test.each([
  ['a = "hush', 'HCL, at line 1, column 10'],
  ['a = "hush"\na = "hush"', 'HCL, at line 2, column 1'],
  ['hush', 'HCL, at line 1'],
])('HCL that cannot be read is told by its place', async (text, place) => {
  const error = await hcl(text).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'SOPS_FAILED', message: expect.stringContaining(place) })
  expect(String(error)).not.toContain('hush')
})

test.each([
  ['prod.tfvars.json.enc', '{"a": 1.10}', { a: '1.10' }],
  ['prod.enc.tfvars', 'a = 1', { a: '1' }],
  ['secrets.auto.tfvars.sops', 'a = 1', { a: '1' }],
  ['prod.env.enc', 'A=1\n', { A: '1' }],
  ['x.yml.encrypted', 'a: b\n', { a: 'b' }],
  ['list.yaml.enc', '- a\n', { '(file)': '- a\n' }],
  ['token.yaml.enc', 'abc\n', { '(file)': 'abc\n' }],
  ['id_rsa', 'KEY\n', { '(file)': 'KEY\n' }],
  ['data.json', 'not json', { data: 'not json' }],
])('%s is read for what its name says', async (name, text, values) => {
  expect((await read({ [name]: asBytes(text) })).values).toEqual(values)
})

test('the whole of a file has its name, without what says that it is encrypted', async () => {
  const { names } = await read({ 'tls.key.enc': asBytes('K'), 'ca.enc.crt': asBytes('C'), enc: asBytes('E') })
  expect(names.toSorted()).toEqual(['ca.crt', 'enc', 'tls.key'])
})

test('a pattern says what a text is; and what is no such text is told', async () => {
  const options = {
    readAs: [
      { pattern: '*.conf', form: 'dotenv' as const },
      { pattern: 'keep/**', form: 'whole' as const },
    ],
  }
  const { values } = await read({ 'x.conf': asBytes('A=1\n'), 'keep/y.yaml.enc': asBytes('a: b\n') }, options)
  expect(values).toEqual({ A: '1', '(file)': 'a: b\n' })
  await expect(read({ 'x.yaml.enc': asBytes('a: [hush') })).rejects.toMatchObject({
    code: 'SOPS_FAILED',
    message: expect.stringMatching(
      /^\/repo\/x\.yaml\.enc, in what it holds: line \d+, column \d+: not readable as YAML/,
    ),
  })
  await expect(read({ 'x.json.enc': asBytes('{"hush') })).rejects.toMatchObject({
    message: '/repo/x.json.enc, in what it holds: not readable as JSON',
  })
})

test('bytes that are no text are refused', async () => {
  const { values, doubts } = await read({ 'x.p12.enc': asBytes(Buffer.from([0xff, 0])) })
  expect([values, doubts]).toEqual([{}, [expect.stringMatching(/^refused \(file\)/)]])
})
