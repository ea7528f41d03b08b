/** Which files are read, by what is in them; and files that sops took for bytes. */
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseYaml, printJson, printYaml } from '../../../src/kernel/yaml/index.ts'
import { edit, type RealSops, realSops } from '../../support/sops.ts'
import { doubtsAt, readWith } from './reading.ts'

let real: RealSops
beforeAll(async () => {
  real = await realSops()
})
afterAll(() => real.dispose())

test('a folder gives its sops files whatever their names, and says what it left', async () => {
  const folder = join(real.folder, 'repo')
  for (const inner of ['a/b', 'terraform', '.git', 'node_modules/x'])
    await mkdir(join(folder, inner), { recursive: true })
  const put = async (
    name: string,
    ...rest: Parameters<RealSops['encrypt']> extends [string, ...infer R] ? R : never
  ) => rename(await real.encrypt('moving', ...rest), join(folder, name))
  await put('a/.env.production', 'dotenv', 'ENV=1\n')
  await put('a/b/x.yaml.enc', 'yaml', 'yaml: two\n')
  await put('a/settings', 'ini', '[s]\nini = v\n')
  await put('a/data.txt', 'json', '{"json": "v"}')
  await put('terraform/terraform.tfvars.enc', 'binary', 'boot = "x"\n')
  await put('.git/hidden.yaml', 'yaml', 'git: two\n')
  await put('node_modules/x/y.yaml', 'yaml', 'module: two\n')
  await writeFile(join(folder, 'plain.yaml'), 'sops: is a word here\n')
  await writeFile(join(folder, 'image.png'), Buffer.from([0x89, 0x50, 0xff]))
  await symlink(join(folder, 'a/settings'), join(folder, 'link.ini'))
  await symlink('/', join(folder, 'out'))

  const before = await readFile(join(folder, 'a/b/x.yaml.enc'))
  const named = join(folder, 'a/settings')
  const read = await readWith(real, [folder, named], { leave: ['terraform'] })
  expect(read.names.toSorted()).toEqual(['ENV', 'json', 's_ini', 'yaml'])
  expect(
    Object.fromEntries(read.left.map(({ file, reason }) => [file.slice(folder.length + 1), reason])),
  ).toEqual({
    terraform: 'left alone by the pattern terraform',
    'plain.yaml': 'not encrypted by sops',
    'image.png': expect.stringContaining('not UTF-8'),
    'link.ini': 'a link, which is not followed',
    out: 'a link, which is not followed',
  })
  expect(await readFile(join(folder, 'a/b/x.yaml.enc'))).toEqual(before)
})

test('Terraform’s values are read out of a binary file, and never as one called data', async () => {
  const text = [
    ...[`password = "a\\nb $\${c}"`, 'version = 1.10', 'serial = 12345678901234567890123'],
    ...['hosts = ["x", { port = 1 }]', 'key = <<-EOT', '  one', '    two', '  EOT', `ref = "\${var.x}"`, ''],
  ].join('\n')
  const path = await real.encrypt('terraform.tfvars.enc', 'binary', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual({
    ...{ password: `a\nb \${c}`, version: '1.10', serial: '12345678901234567890123' },
    ...{ 'hosts[0]': 'x', 'hosts[1].port': '1', key: 'one\n  two\n' },
  })
  expect(doubtsAt(read, 'ref')).toEqual(['refused'])
  expect(doubtsAt(read, 'version')).toEqual(['changed'])
})

test.each<[string, string, Record<string, string>]>([
  ['.env.staging', 'export A="two\nlines"\nB=1\n', { A: 'two\nlines', B: '1' }],
  ['x.yaml.enc', 'a: 00123\nb: {c: d}\n', { a: '00123', 'b.c': 'd' }],
  ['x.enc.json', '{"a": 1.10, "b": [true]}', { a: '1.10', 'b[0]': 'true' }],
  ['x.ini.sops', '[s]\nk = a;b\n', { 's.k': 'a;b' }],
  ['empty.env.enc', '', {}],
  ['empty.key.enc', '', { '(file)': '' }],
  [
    'list.yaml.enc',
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, data: {a: aGk=}}\n',
    { 'items[0].data.a': 'hi' },
  ],
  ['tls.key.enc', 'KEY\nEND\n', { '(file)': 'KEY\nEND\n' }],
])('%s, which sops took for bytes, is read for what it is', async (name, text, values) => {
  const path = await real.encrypt(name, 'binary', text)
  const read = await readWith(real, [path])
  expect(read.values).toEqual(values)
  expect(read.names).not.toContain('data')
  expect(doubtsAt(read, '(file)')).toContain('told')
})

test('bytes that are no text are refused, and a pattern says what others are', async () => {
  const bytes = await real.encrypt('keystore.enc', 'binary', Buffer.from([0, 255, 254]))
  expect(await readWith(real, [bytes])).toMatchObject({
    values: {},
    doubts: [expect.stringMatching(/^refused \(file\)/)],
  })
  const odd = await real.encrypt('vars.enc', 'binary', 'a = "b"\n')
  const asked = await readWith(real, [odd], { readAs: [{ pattern: 'vars.*', form: 'hcl' }] })
  expect(asked.values).toEqual({ a: 'b' })
})

test('a file of which another tool wrote what sops adds in one line is read', async () => {
  const path = await real.encrypt('flow.yaml', 'yaml', 'a: two\n')
  await edit(path, text => {
    const { sops, ...rest } = parseYaml(text) as { sops: object }
    return `${printYaml(rest)}sops: ${printJson(sops).replaceAll('\n', ' ')}\n`
  })
  expect((await readWith(real, [path])).values).toEqual({ a: 'two' })
})

test('what is not encrypted is left out, or taken when that is asked for', async () => {
  const path = await real.encrypt('some.yaml', 'yaml', 'host: db\nnumber: 010\npassword: x\n', [
    '--encrypted-regex',
    '^password$',
  ])
  const read = await readWith(real, [path])
  expect(read.values).toEqual({ password: 'x' })
  expect(doubtsAt(read, 'host')).toEqual(['told'])
  const all = await readWith(real, [path], { unencrypted: true })
  expect(all.values).toEqual({ host: 'db', number: '8', password: 'x' })
  expect(doubtsAt(all, 'number')).toEqual(['told', 'lost'])
})

test('a Kubernetes Secret is taken as pods read it', async () => {
  const text =
    'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  USER: YWRtaW4=\n  BYTES: //4A\n  BOTH: eA==\nstringData:\n  BOTH: "y"\n'
  const path = await real.encrypt('secret.yaml', 'yaml', text, ['--encrypted-regex', '^(data|stringData)$'])
  const read = await readWith(real, [path])
  expect(read.values).toEqual({ 'data.USER': 'admin', 'stringData.BOTH': 'y' })
  expect(read.names).toEqual(['USER', 'BOTH'])
  expect(doubtsAt(read, 'data.BYTES')).toEqual(['refused'])
  expect(doubtsAt(read, 'data.BOTH')).toEqual(['told'])
})

test('every file that cannot be read is told of at once, without a value', async () => {
  const folder = join(real.folder, 'faults')
  await mkdir(folder)
  const paths = ['one.yaml', 'two.yaml', 'sound.yaml'].map(name => join(folder, name))
  for (const [i, path] of paths.entries()) {
    await rename(await real.encrypt('moving', 'yaml', 'a: hush-hush\nb_unencrypted: c\n'), path)
    if (i < 2) await edit(path, text => text.replace('b_unencrypted: c', 'b_unencrypted: hush-hush'))
  }
  const hcl = await real.encrypt('bad.tfvars', 'binary', 'a = "hush-hush\n')
  const error = await readWith(real, [folder, hcl, '/nowhere']).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'SOPS_FAILED',
    message: '4 files could not be read',
    faults: [
      ...[`${hcl}: what it holds cannot be read as HCL, at line 1, column 15`],
      ...paths.slice(0, 2).map(path => `${path}: it is not as sops has written it: its checksum is another`),
      'cannot find /nowhere: there is no such file or folder',
    ].toSorted(),
  })
  expect(JSON.stringify(error)).not.toContain('hush-hush')
})
