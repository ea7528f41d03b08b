/**
 * The second visit, on a disconnected cluster with a real PostgreSQL and two releases of External Secrets Operator: what
 * cannot be proven is put back, the database too; a killed run goes on; a delta takes the site forward, and rollback back.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clusterPackages } from '../../support/cluster/index.ts'
import { aptInstall } from '../../support/packages.ts'
import { type SandboxPair, startSandboxPair } from '../../support/sandbox.ts'
import { servicePackages } from '../../support/services.ts'
import { FailingSite } from './failing-site.ts'

let pair: SandboxPair
let failing: FailingSite
let keys: unknown

beforeAll(async () => {
  await aptInstall([...clusterPackages, ...servicePackages], line => console.error(line))
  failing = await FailingSite.start(async () => {
    pair = await startSandboxPair()
    return { ...pair, bundle: pair.older }
  })
  expect(await failing.install()).toMatchObject({ exitCode: 0 })
  keys = await failing.keys()
})
afterAll(() => failing?.stop())

const words = (verb: 'install' | 'rollback' | 'upgrade', bundle: string, ...flags: string[]) =>
  failing.verb(verb, flags, failing.site.siteFile, bundle)
const newest = 'select name from infisical_migrations order by id desc limit 1'
const order = (what: string) =>
  failing.sql(
    `create table if not exists stand_in_orders (what text); alter table stand_in_orders owner to infisical; insert into stand_in_orders values ('${what}')`,
    'infisical',
  )
const databases = async () =>
  (await failing.sql(`select datname from pg_database where datname like 'infisical%' order by 1`))
    .split('\n')
    .map(name => name.replace(/_[a-z0-9]+$/, ''))

/** What tells which version a site is of, asked of everything that has one. */
async function versions() {
  const [server, operator] = await Promise.all([
    failing.kubectl(
      '-n infisical get deployment infisical -o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    ),
    failing.kubectl(
      '-n external-secrets get deployment external-secrets -o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    ),
  ])
  const { json } = await failing.run(['status', '-c', failing.site.siteFile])
  const { version } = json['bundle'] as { version: string }
  return {
    server: server.split(':').at(-1),
    operator: operator.split(':').at(-1),
    version,
    schema: await failing.sql(newest, 'infisical'),
  }
}
const older = {
  server: '0.1.0',
  operator: 'v0.19.2',
  version: '0.9.0',
  schema: '20260702080000_project-folder-grants.mjs',
}
const newer = {
  server: '0.2.0',
  operator: 'v0.20.4',
  version: '1.1.0',
  schema: '20261002070000_organization-names.mjs',
}

/** All that a site promises still holds, as `check` asks it. */
async function works() {
  const { exitCode, json } = await failing.run(['check', '-c', failing.site.siteFile, '--window', '0'])
  const verdicts = (json['verdicts'] as { id: string; ok: boolean }[]).filter(({ ok }) => !ok)
  expect([exitCode, verdicts]).toEqual([0, []])
  expect(await failing.keys()).toEqual(keys)
}

describe('a migration that fails half-way', () => {
  test('takes all back: database, releases, receipt', async () => {
    await order('fail 20261001090000_project-descriptions.mjs')
    const { exitCode, json } = await failing.run(words('upgrade', pair.newer))
    expect([exitCode, json['code']]).toEqual([68, 'ROLLED_BACK'])
    expect(json['hints']).toContainEqual(expect.stringContaining('set aside as infisical_failed_'))
    expect(await versions()).toEqual(older)
    expect(await databases()).toEqual(['infisical', 'infisical_failed'])
    await works()
  })

  test('what it did is in the database that is set aside', async () => {
    const aside = await failing.sql(`select datname from pg_database where datname like 'infisical_failed%'`)
    expect(await failing.sql(newest, aside)).toBe('20261001080000_secret-reminders.mjs')
  })
})

describe('an upgrade that is killed while its migration is at work', () => {
  test('is gone on with, by nothing else', async () => {
    await failing.sql('delete from stand_in_orders', 'infisical')
    await order('hang 20261002070000_organization-names.mjs')
    const migrating = async () =>
      (await failing.sql(`select 1 from pg_stat_activity where query like 'SELECT pg_sleep%'`)) === '1'
    await failing.killed(migrating, words('upgrade', pair.newer))
    expect(await failing.run(words('install', pair.older))).toMatchObject({ exitCode: expect.any(Number) })
    await failing.leaseEnds()
    const refused = await failing.run(words('install', pair.newer))
    expect([refused.exitCode, refused.json['code']]).toEqual([67, 'UPGRADE_UNFIT'])
  })

  test('a rerun comes to the newer version', async () => {
    await failing.sql('delete from stand_in_orders', 'infisical')
    await failing.leaseEnds()
    const { exitCode, json } = await failing.run(words('upgrade', pair.newer))
    expect([exitCode, json['message']]).toEqual([0, undefined])
    expect(json['upgrade']).toMatchObject({ state: 'proven', from: { version: '0.9.0' } })
    expect(await versions()).toEqual(newer)
    await works()
  })
})

test('rollback serves the database of before again', async () => {
  const { exitCode, json } = await failing.run(words('rollback', pair.newer, '--yes'))
  expect([exitCode, json['message']]).toEqual([0, undefined])
  expect(await versions()).toEqual(older)
  await works()
})

test('a delta takes the site forward', async () => {
  // What is served again is of when the other server was to hang.
  await failing.sql('delete from stand_in_orders', 'infisical')
  const { exitCode, json } = await failing.run(words('upgrade', pair.delta))
  expect([exitCode, json['message']]).toEqual([0, undefined])
  expect(json['gap']).toBeGreaterThan(0)
  expect(await versions()).toEqual(newer)
  expect(await databases()).toEqual(['infisical', 'infisical_before'])
  await works()
})

test('a purge takes what is kept as well', async () => {
  const { exitCode, json } = await failing.run([
    'remove',
    pair.newer,
    '-c',
    failing.site.siteFile,
    '--purge',
    '--yes',
  ])
  expect([exitCode, json['message']]).toEqual([0, undefined])
  expect(await databases()).toEqual([''])
})
