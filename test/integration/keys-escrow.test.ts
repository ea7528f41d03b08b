/** `keys restore` and `keys escrow` as a person meets them, on a real API server and with the real age. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { siteOf } from '../../src/kernel/access/index.ts'
import { kinds } from '../../src/kernel/ports/index.ts'
import { sealEscrow } from '../../src/site/wire/escrow/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { watchArguments } from '../support/leaks.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { goTool } from '../support/tools/build.ts'
import { escrow, newIdentity } from '../unit/site/wire/escrow/escrows.ts'
import { secretIn } from '../unit/site/wire/memory.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

const bin = join(import.meta.dirname, '..', '..', 'dist', 'bin.js')
let server: ApiServer
let dir = ''
let recipient = ''
const at = (name: string) => join(dir, name)
const keys = [escrow.keys.encryptionKey.reveal(), escrow.keys.authSecret.reveal()]

beforeAll(async () => {
  server = await startApiServer()
  dir = await mkdtemp(join(tmpdir(), 'sealift-escrow-'))
  const made = await newIdentity()
  recipient = made.recipient
  await writeFile(at('identity.txt'), `${made.identity.reveal()}\n`, { mode: 0o600 })
  await writeFile(at('kept.age'), await sealEscrow(escrow, [recipient]))
  await writeFile(at('site.yaml'), `${smallSite}cluster: { kubeconfig: ${server.kubeconfig} }\n`)
})
afterAll(async () => {
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

const cluster = () => createCluster({ kubeconfig: server.kubeconfig, environment: {} })
const restore = (...more: readonly string[]) => [
  'keys',
  'restore',
  at('kept.age'),
  '-c',
  at('site.yaml'),
  ...more,
]
const write = (output: string, ...more: readonly string[]) => {
  return ['keys', 'escrow', '-c', at('site.yaml'), '--to', recipient, '-o', at(output), ...more]
}

test('where there are no keys yet, nothing is escrowed: exit 56', async () => {
  const { exitCode, stderr } = await sealift(write('none.age'))
  expect([exitCode, stderr]).toEqual([56, expect.stringContaining('there are no keys on this cluster')])
  expect(await readdir(dir)).not.toContain('none.age')
})

test('an identity that others may read is refused before the cluster is asked: exit 26', async () => {
  await chmod(at('identity.txt'), 0o644)
  const { exitCode, stderr } = await sealift(restore('-i', at('identity.txt')))
  await chmod(at('identity.txt'), 0o600)
  expect([exitCode, stderr]).toEqual([26, expect.stringContaining('(mode 0644)')])
  expect((await sealift(restore())).exitCode).toBe(26)
  expect(await cluster().get(kinds.namespace, 'sealift-system')).toBeUndefined()
})

test('keys come back as an install keeps them, and no word shows them', async () => {
  const watched = watchArguments()
  const first = await sealiftJson<{ written: string[] }>(restore('-i', at('identity.txt')))
  expect(first).toMatchObject({ exitCode: 0, json: { written: ['sealift-system/infisical-secrets'] } })
  expect(await secretIn(cluster(), 'sealift-system', 'infisical-secrets')).toEqual({
    ...{ ENCRYPTION_KEY: keys[0], AUTH_SECRET: keys[1] },
  })
  expect(siteOf(await cluster().get(kinds.namespace, 'sealift-system'))).toBe('bank-prod')
  const again = await sealift(restore('-i', at('identity.txt')))
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('are there already') })
  const made = await sealift(write('new.age'))
  expect(made.exitCode).toBe(0)
  const words = [JSON.stringify(first.json), again.stdout, again.stderr, made.stdout, made.stderr]
  for (const key of keys)
    for (const word of [...words, ...(await watched.stop())]) expect(word).not.toContain(key)
})

test('age opens what was escrowed, which is its owner’s alone', async () => {
  expect((await stat(at('new.age'))).mode & 0o777).toBe(0o600)
  const { stdout } = await execa(await goTool('age'), ['-d', '-i', at('identity.txt'), at('new.age')])
  expect(JSON.parse(stdout)).toMatchObject({
    site: 'bank-prod',
    ENCRYPTION_KEY: keys[0],
    AUTH_SECRET: keys[1],
  })
  const piped = `"$AGE" -d -i identity.txt new.age | "$NODE" "$BIN" keys restore /dev/stdin -c site.yaml`
  const env = { AGE: await goTool('age'), NODE: process.execPath, BIN: bin }
  expect((await execa('sh', ['-c', piped], { cwd: dir, env })).stdout).toContain('are there already')
})

test('nothing is written over unasked, nor through a link; the same escrow is no change', async () => {
  const before = await readFile(at('new.age'), 'utf8')
  const same = await sealiftJson<{ written: boolean }>(write('new.age'))
  expect(same).toMatchObject({ exitCode: 0, json: { written: false } })
  expect(await readFile(at('new.age'), 'utf8')).toBe(before)
  await writeFile(at('mine.txt'), 'mine')
  await symlink(at('mine.txt'), at('link.age'))
  expect(await sealift(write('mine.txt'))).toMatchObject({
    ...{ exitCode: 2, stderr: expect.stringContaining(`type ${at('mine.txt')} when asked`) },
  })
  expect((await sealift(write('link.age', '--confirm', at('link.age')))).exitCode).toBe(25)
  expect(await readFile(at('mine.txt'), 'utf8')).toBe('mine')
  expect((await sealift(write('mine.txt', '--confirm', at('mine.txt')))).exitCode).toBe(0)
  expect((await readdir(dir)).filter(name => name.endsWith('.tmp'))).toEqual([])
})

test('without rights on the cluster: exit 42', async () => {
  await writeFile(at('nobody.yaml'), `${smallSite}cluster: { kubeconfig: ${server.nobody} }\n`)
  const words = ['keys', 'escrow', '-c', at('nobody.yaml'), '--to', recipient, '-o', at('nobody.age')]
  expect((await sealift(words)).exitCode).toBe(42)
  expect(await readdir(dir)).not.toContain('nobody.age')
})
