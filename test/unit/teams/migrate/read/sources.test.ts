import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { readSources } from '../../../../../src/teams/migrate/index.ts'
import { memoryFiles } from '../../../../support/memory-files.ts'
import { memorySops } from '../../../../support/memory-sops.ts'
import { asBytes, read, sealed } from './reading.ts'

const yaml = (name: string) => ({
  ...{ format: 'yaml' as const, plain: `${name}: v\n`, encrypted: `${name}: ${sealed()}` },
})

test('a folder gives what sops has encrypted, each file once, with its own name', async () => {
  const files = {
    'a/b.yaml': yaml('b'),
    'a/c.txt': 'no',
    'z.yaml': yaml('z'),
    'node_modules/x.yaml': yaml('x'),
  }
  const all = await read({ ...files, '.git/y.yaml': yaml('y') }, {}, ['/repo', '/repo/a/b.yaml', '/repo/a'])
  expect(all.found.map(({ name, from }) => [name, from.file])).toEqual([
    ['b', '/repo/a/b.yaml'],
    ['z', '/repo/z.yaml'],
  ])
  expect(all.left).toEqual([{ file: '/repo/a/c.txt', reason: 'not encrypted by sops' }])
})

test('nothing prints a value', async () => {
  const { found } = await read({ 'a.yaml': yaml('a') })
  expect(JSON.stringify(found)).toContain('[secret]')
})

test.each([
  ['*.tfvars*', ['a/x.tfvars.enc', 'a/y.tfvars']],
  ['a', ['a']],
  ['a/', ['a']],
  ['/repo/a/*', ['a/x.tfvars.enc', 'a/y.tfvars', 'a/z.yaml']],
  ['**/z.yaml', ['a/z.yaml']],
  ['.e*', ['.env.production']],
  ['!z.yaml', []],
  ['A', []],
])('a pattern %s leaves %s alone', async (pattern, expected) => {
  const files = { 'a/x.tfvars.enc': asBytes(''), 'a/y.tfvars': asBytes(''), 'a/z.yaml': yaml('z') }
  const { left } = await read({ ...files, '.env.production': yaml('e') }, { leave: [pattern] })
  expect(left).toEqual(
    expected.map(name => ({ file: `/repo/${name}`, reason: `left alone by the pattern ${pattern}` })),
  )
})

test('a file within a folder that a pattern means is left alone when it is named', async () => {
  const { left, names } = await read({ 'boot/x.yaml': yaml('x') }, { leave: ['boot'] }, ['/repo/boot/x.yaml'])
  expect([left.length, names]).toEqual([1, []])
})

test('all faults are told, each once; one alone as it is', async () => {
  const disk = memoryFiles()
  for (const name of ['a', 'b', 'c']) await disk.write(`/r/${name}`, `x: 1\nsops:\n  mac: x\n`)
  const missing = {
    decrypt: () => Promise.reject(new SealiftError('SOPS_FAILED', 'there is no sops on PATH')),
  }
  await expect(readSources(['/r'], { files: disk, sops: missing })).rejects.toMatchObject({
    message: 'there is no sops on PATH',
    faults: [],
  })
  await expect(readSources(['/r', '/none'], { files: disk, sops: memorySops() })).rejects.toMatchObject({
    code: 'SOPS_FAILED',
    message: '4 files could not be read',
    faults: expect.arrayContaining(['/r/a: sops found no such file']),
  })
  await expect(readSources(['/x', '/y'], { files: disk, sops: memorySops() })).rejects.toMatchObject({
    code: 'FILE_FAILED',
  })
})

test('it stops when it is told to, and what is no error of ours is not hidden', async () => {
  const disk = memoryFiles()
  await disk.write('/r/a', 'x: 1\nsops:\n  mac: x\n')
  const interrupted = new SealiftError('INTERRUPTED', 'interrupted')
  const signal = AbortSignal.abort(interrupted)
  await expect(readSources(['/r'], { files: disk, sops: memorySops(), signal })).rejects.toBe(interrupted)
  const bug = { decrypt: () => Promise.reject(new TypeError('x')) }
  await expect(readSources(['/r'], { files: disk, sops: bug })).rejects.toThrow(TypeError)
})

test('a file of more than 16 MiB is read, and one that is too large is told as that', async () => {
  const padding = `# ${'x'.repeat(17 * 1024 * 1024)}\n`
  const large = { format: 'yaml' as const, plain: 'a: v\n', encrypted: `${padding}a: ${sealed()}\n` }
  const { values, left } = await read({ 'a.yaml': large, 'b.txt': padding.repeat(4) })
  expect(values).toEqual({ a: 'v' })
  expect(left).toEqual([{ file: '/repo/b.txt', reason: expect.stringMatching(/^not looked into: .*larger/) }])
})

test('a pattern that nothing fits is told', async () => {
  const { doubts } = await read({ 'a.txt': 'x' }, { leave: ['*.txt', 'teraform/**'] })
  expect(doubts).toEqual(['told : no file or folder fits this pattern: nothing is left alone by it'])
})

test('a file with encrypted values that is in no form of sops is not left without a word', async () => {
  const merged = `{"a": "${sealed()}",\n<<<<<<< HEAD\n"sops": {"mac": "x"}}\n`
  const { doubts, left } = await read({ 'a.json': merged, 'b.yaml': `b: ${sealed()}\n` })
  expect(left).toEqual([])
  const said = expect.stringMatching(
    /^refused \(file\): it has values that sops has encrypted, and is in none/,
  )
  expect(doubts).toEqual([said, said])
})

test('it says which file it is at', async () => {
  const disk = memoryFiles()
  const said: string[] = []
  for (const name of ['a', 'b']) await disk.write(`/r/${name}`, 'x')
  await readSources(['/r'], { files: disk, sops: memorySops() }, {}, detail => said.push(detail))
  expect(said).toEqual(['1 of 2 files: /r/a', '2 of 2 files: /r/b'])
})

test('five thousand secrets are read in one go', async () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `K${i}`)
  const file = {
    format: 'yaml' as const,
    plain: lines.map(key => `${key}: v\n`).join(''),
    encrypted: lines.map(key => `${key}: ${sealed()}\n`).join(''),
  }
  const { names, doubts } = await read({ 'a.yaml': file })
  expect([names.length, doubts]).toEqual([5000, []])
})
