/** `backup` and `restore` as a person types them, up to where a cluster would be asked. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealift } from '../../support/road.ts'
import { newIdentity } from '../../unit/site/wire/escrow/escrows.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

let dir = ''
const at = (name: string) => join(dir, name)
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-backup-command-'))
  await writeFile(at('site.yaml'), `${smallSite}escrow: none\ncluster: { kubeconfig: ${at('none')} }\n`)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('without anybody who could open it there is no backup: exit 26', async () => {
  const { exitCode, stderr } = await sealift(['backup', '-c', at('site.yaml'), '-o', at('safe')])
  expect([exitCode, stderr]).toEqual([26, expect.stringContaining('it is never written in clear')])
  const mistyped = ['backup', '-c', at('site.yaml'), '-o', at('safe'), '--recipient', 'age1mistyped']
  expect((await sealift(mistyped)).exitCode).toBe(26)
  expect(await readdir(dir)).toEqual(['site.yaml'])
})

test('a restore that nobody has confirmed is none: exit 2, and it says what stays', async () => {
  const words = ['restore', at('x.age'), '-c', at('site.yaml'), '-i', at('identity.txt')]
  const { exitCode, stderr } = await sealift(words)
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('would stay: the database of before')])
})

test('an identity that others may read is refused before the cluster is asked: exit 26', async () => {
  const { identity } = await newIdentity()
  await writeFile(at('identity.txt'), `${identity.reveal()}\n`, { mode: 0o644 })
  await writeFile(at('x.age'), 'an archive, which is not read before')
  const words = ['restore', at('x.age'), '-c', at('site.yaml'), '-i', at('identity.txt'), '--rehearse']
  const { exitCode, stderr } = await sealift(words)
  expect([exitCode, stderr]).toEqual([26, expect.stringContaining('(mode 0644)')])
})
