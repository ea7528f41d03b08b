import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { readUpgrade } from '../../../../src/site/install/index.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { installOn } from './memory-site.ts'
import {
  newer,
  older,
  rollbackOn,
  type UpgradeWorld,
  upgradeOn,
  upgradeWorld,
  versionOf,
} from './upgrade-world.ts'

const keysOf = async ({ cluster }: UpgradeWorld) =>
  (await cluster.get(kinds.secret, 'infisical-secrets', 'demo'))?.['data']

test('an upgrade stops the server, copies its database and proves the newer one; the copy is kept', async () => {
  const world = await upgradeWorld()
  const keys = await keysOf(world)
  const { upgrade, gap, steps } = await upgradeOn(world.host)
  expect(await versionOf(world)).toEqual({ ...newer, databases: ['infisical', 'infisical_before'] })
  expect(upgrade).toMatchObject({ state: 'proven', from: { version: '1.0.0' }, to: { version: '1.1.0' } })
  expect(world.databases.get(upgrade?.snapshot ?? '')?.schema).toBe('older')
  expect(gap).toBeGreaterThanOrEqual(0)
  const ids = steps.map(({ id }) => id)
  expect(ids.slice(ids.indexOf('stop'), ids.indexOf('stop') + 3)).toEqual([
    'stop',
    'snapshot',
    'release-demo',
  ])
  expect(await keysOf(world)).toEqual(keys)
  // The same bundle again is an install that finds nothing to do.
  expect(await upgradeOn(world.host)).toMatchObject({ gap: 0 })
  expect(await readUpgrade(world.cluster)).toEqual(upgrade)
})

test('how the site was and is, and how reads and Secrets went, stays on record', async () => {
  const world = await upgradeWorld()
  const namespaced = (name: string) => ({ name, namespace: 'eso' })
  await world.cluster.apply({
    ...kinds.externalSecret,
    metadata: namespaced('db'),
    spec: { data: [{ remoteRef: { key: 'DB' } }], target: { name: 'db-credentials' } },
  })
  const { upgrade, gap } = await upgradeOn(world.host)
  expect(upgrade).toMatchObject({
    before: { charts: [{ release: 'demo', version: '1.2.3' }, {}], migrations: { count: 3, last: '3' } },
    after: { migrations: { count: 4, last: 'newer' } },
    secrets: { compared: 1, changed: 0, lost: 0, untold: 0 },
    ...{ pods: 1, gap },
  })
  expect(upgrade?.before?.crds).toMatchObject({ 'externalsecrets.external-secrets.io': ['v1'] })
  const { answered = 0, failed } = upgrade?.reads ?? {}
  expect(answered).toBeGreaterThan(0)
  expect(failed).toBe(0)
  expect(await readUpgrade(world.cluster)).toEqual(upgrade)
})

test('what went back is on record as well', async () => {
  const world = await upgradeWorld()
  world.fate = 'fails'
  await expect(upgradeOn(world.host)).rejects.toMatchObject({ code: 'ROLLED_BACK' })
  const { state, before, after, reads, ...note } = (await readUpgrade(world.cluster)) ?? {}
  expect([state, after]).toEqual(['returned', before])
  expect(reads).toMatchObject({ failed: 0 })
  expect(note).not.toHaveProperty('gap')
})

test('reads that no server answers are counted, and stand in nobody’s way', async () => {
  const world = await upgradeWorld()
  const infisical = (...words: Parameters<typeof world.host.infisical>) => ({
    ...world.host.infisical(...words),
    // The reader asks once, and whoever installs more often.
    ...(words[1]?.attempts === 1 && { status: () => Promise.reject(new Error('gone')) }),
  })
  const { upgrade } = await upgradeOn({ ...world.host, infisical })
  expect(upgrade?.reads).toMatchObject({ answered: 0, failed: expect.any(Number) })
})

test('a newer server that does not come up: the site is as it was, and what it did is set aside', async () => {
  const world = await upgradeWorld()
  world.fate = 'fails'
  const keys = await keysOf(world)
  await expect(upgradeOn(world.host)).rejects.toMatchObject({
    code: 'ROLLED_BACK',
    message:
      'sample 1.1.0 could not be proven here, and the site is back on 1.0.0: helm failed while installing demo in demo',
    hints: expect.arrayContaining([expect.stringContaining('set aside as infisical_failed_')]),
  })
  expect(await versionOf(world)).toEqual({ ...older, databases: ['infisical', 'infisical_failed'] })
  expect(await keysOf(world)).toEqual(keys)
  expect(await readUpgrade(world.cluster)).toMatchObject({
    state: 'returned',
    why: 'helm failed while installing demo in demo',
  })
  // Nothing stands in the way of another try.
  world.fate = 'comes up'
  await upgradeOn(world.host)
  const databases = ['infisical', 'infisical_before', 'infisical_failed']
  expect(await versionOf(world)).toEqual({ ...newer, databases })
})

test('a site that was upgraded goes back when it is told to', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  expect(await rollbackOn(world.host)).toMatchObject({ upgrade: { state: 'returned' } })
  expect(await versionOf(world)).toEqual({ ...older, databases: ['infisical', 'infisical_failed'] })
  await expect(rollbackOn(world.host)).rejects.toMatchObject({ code: 'NOT_INSTALLED' })
})

test('a site that was never upgraded leads nowhere', async () => {
  const world = await upgradeWorld()
  await expect(rollbackOn(world.host)).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: 'no upgrade of this site leads back',
  })
})

test('until an upgrade is at its end, nothing else is installed', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  const note = await world.cluster.get(kinds.configMap, 'sealift-upgrade', 'sealift-system')
  const { data } = note as unknown as { data: Record<string, string> }
  const begun = JSON.stringify({ ...JSON.parse(data['note'] ?? ''), state: 'begun' })
  await world.cluster.apply({
    ...kinds.configMap,
    metadata: { name: 'sealift-upgrade', namespace: 'sealift-system' },
    data: { ...data, note: begun },
  })
  const refused = {
    code: 'UPGRADE_UNFIT',
    message: 'an upgrade to sample 1.1.0 has begun here and is not at its end',
  }
  await expect(installOn(world.host, '1.1.0')).rejects.toMatchObject(refused)
})

test('what an upgrade has kept goes a week after it was proven', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  await installOn(world.host, '1.1.0')
  expect((await versionOf(world)).databases).toEqual(['infisical', 'infisical_before'])
  const { clock } = world.host
  const later = { ...clock, now: () => clock.now() + 8 * 24 * 3600 * 1000 }
  await installOn({ ...world.host, clock: later }, '1.1.0')
  expect((await versionOf(world)).databases).toEqual(['infisical'])
  expect(await readUpgrade(world.cluster)).not.toHaveProperty('snapshot')
})

test('what forbids the step is said before anything is changed', async () => {
  const world = await upgradeWorld()
  const before = JSON.stringify(await versionOf(world))
  world.mayCopy = false
  await expect(upgradeOn(world.host)).rejects.toMatchObject({
    code: 'UPGRADE_UNFIT',
    faults: ['database/copy: infisical may not make databases, so none can be copied'],
    hints: [expect.stringContaining('ALTER ROLE infisical CREATEDB')],
  })
  expect(JSON.stringify(await versionOf(world))).toBe(before)
  expect(await readUpgrade(world.cluster)).toBeUndefined()
})

test('where helm has no record of before, nothing leads back, and nothing is changed', async () => {
  const world = await upgradeWorld()
  await world.cluster.delete(kinds.secret, 'sh.helm.release.v1.demo.v1', 'demo')
  await expect(upgradeOn(world.host)).rejects.toMatchObject({
    code: 'UPGRADE_UNFIT',
    faults: ['release/demo: release demo in demo is not there: there is nothing to go back to'],
    hints: [expect.stringContaining('sealift install with the bundle that the receipt names')],
  })
  expect(await readUpgrade(world.cluster)).toBeUndefined()
})

test('what fails before anything was moved says how to go on, and back', async () => {
  const world = await upgradeWorld()
  const refused = new SealiftError('LOAD_FAILED', 'no space left on device')
  const runtime = { ...world.runtime, import: () => Promise.reject(refused) }
  await world.runtime.remove((await world.runtime.images()).map(({ name }) => name))
  await expect(upgradeOn({ ...world.host, runtime })).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    hints: [expect.stringContaining('sealift rollback BUNDLE -c site.yaml')],
  })
  expect(await versionOf(world)).toMatchObject({ server: 'older', schema: 'older', databases: ['infisical'] })
})

test('an older version is refused, and is the way back’s alone', async () => {
  const world = await upgradeWorld()
  await upgradeOn(world.host)
  const before = JSON.stringify(await versionOf(world))
  await expect(upgradeOn(world.host, '1.0.0')).rejects.toMatchObject({ code: 'DOWNGRADE_REFUSED' })
  await expect(installOn(world.host, '1.0.0')).rejects.toMatchObject({ code: 'DOWNGRADE_REFUSED' })
  expect(JSON.stringify(await versionOf(world))).toBe(before)
  await rollbackOn(world.host, '1.0.0')
  expect(await versionOf(world)).toMatchObject({ ...older })
})

/** A world whose database answers some questions about its schema otherwise. */
async function answering(answer: (sql: string) => Record<string, unknown>[] | undefined) {
  const world = await upgradeWorld()
  const { open } = world.host.database
  const database: typeof world.host.database = {
    async open(login) {
      const session = await open(login)
      return { ...session, query: async (sql, values) => answer(sql) ?? (await session.query(sql, values)) }
    },
  }
  return { ...world, host: { ...world.host, database } }
}

test('a lock that a killed migration has left is told before, and freed once nobody is connected', async () => {
  let locked = true
  const { host } = await answering(sql => {
    if (/IS NOT NULL AS migrated/.test(sql)) return [{ migrated: true }]
    if (/attrelid = to_regclass\('infisical_migrations_lock'\)/.test(sql)) return [{ there: true }]
    if (/is_locked = 1\) AS locked/.test(sql)) return [{ locked }]
    if (!sql.startsWith('UPDATE infisical_migrations_lock')) return undefined
    const freed = locked ? [{ is_locked: 0 }] : []
    locked = false
    return freed
  })
  const talk = recordedTalk()
  const { steps } = await upgradeOn(host, '1.1.0', talk)
  expect(talk.told.join('\n')).toContain('a migration that was killed has left its lock')
  expect(steps.find(({ id }) => id === 'snapshot')?.detail).toContain(
    '; the lock of a killed migration is freed',
  )
  expect(locked).toBe(false)
})

test('an index that was not built to the end ends it before anything is changed, with what mends it', async () => {
  const row = { schema: 'public', name: 'by_name', table: 'secrets' }
  const { host, cluster } = await answering(sql => (/FROM pg_index/.test(sql) ? [row] : undefined))
  await expect(upgradeOn(host)).rejects.toMatchObject({
    code: 'UPGRADE_UNFIT',
    faults: [
      expect.stringMatching(/^migrations\/index\/by_name: index by_name of table secrets was not built/),
    ],
    hints: ['Run: REINDEX INDEX CONCURRENTLY "public"."by_name"'],
  })
  expect(await readUpgrade(cluster)).toBeUndefined()
})

test('of the operator that goes back it is said that its definitions stay the newer one’s', async () => {
  const world = await upgradeWorld()
  const definitions = () => world.cluster.list(kinds.crd)
  // What is gone of it is made anew, by another revision.
  for (const { metadata } of await world.cluster.list(kinds.deployment, 'eso'))
    await world.cluster.delete(kinds.deployment, metadata.name, 'eso')
  await upgradeOn(world.host)
  const newest = await definitions()
  const { steps } = await rollbackOn(world.host)
  expect(steps.find(({ id }) => id === 'return-eso')?.detail).toContain(
    '; its definitions stay as the newer version has them',
  )
  expect(steps.find(({ id }) => id === 'return-demo')?.detail).not.toContain('definitions')
  expect(await definitions()).toEqual(newest)
})
