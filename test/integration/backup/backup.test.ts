/** An archive of a real PostgreSQL, by its real tools, and its way back. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { countsIn } from '../../../src/kernel/objects/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import {
  type BackupResult,
  rehearseBackup,
  restoreBackup,
  writeBackup,
} from '../../../src/site/backup/index.ts'
import { localPrograms } from '../../support/memory-programs.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { goTool } from '../../support/tools/build.ts'
import { secretIn } from '../../unit/site/wire/memory.ts'
import { type BackupSite, backupSite, site, toServer } from './site.ts'

let world: BackupSite
let host: Awaited<ReturnType<BackupSite['installedHost']>>
let made: BackupResult
const commands: string[] = []

beforeAll(async () => {
  world = await backupSite()
  const onRun = (command: readonly string[]) => void commands.push(command.join(' '))
  host = await world.installedHost(
    toServer(localPrograms({ onRun, bin: world.postgres.programs }), world.postgres.port),
  )
  await world.fill()
  made = await writeBackup(request(), host, recordedTalk())
})
afterAll(() => world?.stop())
beforeEach(() => world.onlyInfisical())

const request = () => ({ site, folder: world.folder, recipients: [world.recipient], version: '1.0.0' })
const which = (path = made.path) => ({ site, path, identities: [world.identity] })
const pods = async () =>
  countsIn((await host.cluster.get(kinds.deployment, 'infisical', 'infisical'))?.['spec'])['replicas']

test('the real age and tar open it, sha256sum finds it whole, pg_restore takes what is in it', async () => {
  const age = await goTool('age')
  const identity = join(world.folder, 'identity.txt')
  await writeFile(identity, `${world.identity.reveal()}\n`, { mode: 0o600 })
  const tar = join(world.folder, 'x.tar')
  await execa(age, ['-d', '-i', identity, '-o', tar, made.path])
  await execa('tar', ['xf', tar], { cwd: world.folder })
  await execa('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: world.folder })
  const { stdout } = await execa('sh', ['-c', `cat database/* | ${world.postgres.programs}/pg_restore -l`], {
    cwd: world.folder,
  })
  expect(stdout).toContain('TABLE DATA public secrets infisical')
  const keys = JSON.parse(await readFile(join(world.folder, 'keys.json'), 'utf8'))
  expect(keys.ENCRYPTION_KEY).toBe(world.keys.encryptionKey.reveal())
  const { items } = JSON.parse(await readFile(join(world.folder, 'kubernetes/sealift.json'), 'utf8'))
  expect(items.map((item: { metadata: { name: string } }) => item.metadata.name)).toContain('sealift-receipt')
})

test('its name has the beginning of its sha256, and it is its owner’s alone', async () => {
  const sum = (await execa('sha256sum', [made.path])).stdout.split(' ')[0] ?? ''
  expect(made.digest).toBe(sum)
  expect(basename(made.path)).toMatch(
    new RegExp(`^bank-prod-\\d{8}T\\d{6}Z-${sum.slice(0, 12)}\\.backup\\.age$`),
  )
  expect((await execa('stat', ['-c', '%a', made.path])).stdout).toBe('600')
})

test('no password is an argument of what is run', async () => {
  const uri = (await secretIn(host.cluster, 'infisical', 'infisical-secrets'))?.['DB_CONNECTION_URI'] ?? ''
  const { password } = new URL(uri)
  expect(password.length).toBeGreaterThan(20)
  expect(commands.some(command => command.includes('pg_dump --format=custom'))).toBe(true)
  expect(
    commands.filter(command => command.includes(password) || command.includes(world.postgres.password)),
  ).toEqual([])
})

test('a rehearsal counts every row, and leaves nothing', async () => {
  expect(await rehearseBackup(which(), host, recordedTalk())).toMatchObject({ tables: 2, rows: 20_040 })
  expect(await world.databases()).toEqual(['infisical'])
})

test('what a backup has comes back, and what was there is set aside', async () => {
  await world.sql('DROP TABLE secrets', 'infisical')
  await world.sql(
    `COMMENT ON DATABASE infisical IS 'of mine'; REVOKE CONNECT ON DATABASE infisical FROM PUBLIC`,
  )
  const done = await restoreBackup(which(), host, recordedTalk())
  expect(done).toMatchObject({ database: 'infisical', started: true, keys: [] })
  expect(await world.rows('secrets')).toBe(20_000)
  expect(await world.databases()).toEqual(['infisical', done.setAside])
  expect(await pods()).toBe(2)
  expect(await host.cluster.get(kinds.configMap, 'sealift-restore', 'sealift-system')).toBeUndefined()
  const [found] = await world.sql(
    `SELECT shobj_description(oid, 'pg_database') AS comment, datacl::text AS rights, pg_get_userbyid(datdba) AS owner
       FROM pg_database WHERE datname = 'infisical'`,
  )
  expect(found).toMatchObject({
    comment: 'of mine',
    owner: 'infisical',
    rights: expect.not.stringContaining('{='),
  })
  const [table] = await world.sql(`SELECT tableowner FROM pg_tables WHERE tablename = 'secrets'`, 'infisical')
  expect(table).toEqual({ tableowner: 'infisical' })
})

test('somebody else’s session is named, and what there was goes on serving', async () => {
  const other = await createPostgres().open(world.login('infisical'))
  await other.query(`SET application_name = 'monitoring'`)
  try {
    await expect(restoreBackup(which(), host, recordedTalk())).rejects.toMatchObject({
      code: 'DATABASE_UNFIT',
      faults: [expect.stringMatching(/^monitoring, as .* from 127\.0\.0\.1, in infisical \(process \d+\)$/)],
    })
  } finally {
    await other.close()
  }
  expect(await pods()).toBe(2)
  expect(await world.rows('secrets')).toBe(20_000)
  expect(await world.databases()).toEqual(['infisical'])
  const done = await restoreBackup(which(), host, recordedTalk())
  expect(await world.databases()).toEqual(['infisical', done.setAside])
})

test('a whole other cluster and an empty server: keys, role and database come back for an install', async () => {
  const there = await backupSite()
  try {
    const empty = await there.bareHost()
    const done = await restoreBackup(which(), empty, recordedTalk())
    expect(done).toMatchObject({
      started: false,
      keys: ['sealift-system/infisical-secrets'],
    })
    expect(done.setAside).toBeUndefined()
    expect(await there.rows('secrets')).toBe(20_000)
    expect(await secretIn(empty.cluster, 'sealift-system', 'infisical-secrets')).toMatchObject({
      ENCRYPTION_KEY: world.keys.encryptionKey.reveal(),
      DB_CONNECTION_URI: expect.stringContaining('infisical'),
    })
    // Again: what is there is this site's now.
    const again = await restoreBackup(which(), empty, recordedTalk())
    expect(again).toMatchObject({
      started: false,
      keys: [],
      setAside: expect.stringContaining('_set_aside_'),
    })
  } finally {
    await there.stop()
  }
})

test('what cannot come back is told, and nothing was touched', async () => {
  const other = { ...site, metadata: { name: 'bank-test' } }
  await expect(restoreBackup({ ...which(), site: other }, host, recordedTalk())).rejects.toMatchObject({
    code: 'WRONG_SITE',
  })
  const bytes = await readFile(made.path)
  const cut = join(dirname(made.path), 'cut.age')
  await writeFile(cut, bytes.subarray(0, -20))
  await expect(restoreBackup(which(cut), host, recordedTalk())).rejects.toMatchObject({
    code: 'BACKUP_INVALID',
  })
  expect(await world.databases()).toEqual(['infisical'])
})

test('where PostgreSQL is no pod, nothing is written, and it says what to do', async () => {
  const before = await readdir(world.folder)
  const programs = { ...host.programs, behindService: async () => undefined }
  await expect(writeBackup(request(), { ...host, programs }, recordedTalk())).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
    message: expect.stringContaining('is no pod of this cluster'),
  })
  await expect(writeBackup({ ...request(), recipients: [] }, host, recordedTalk())).rejects.toMatchObject({
    code: 'BACKUP_FAILED',
  })
  expect(await readdir(world.folder)).toEqual(before)
})
