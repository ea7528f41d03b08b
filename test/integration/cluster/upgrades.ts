/**
 * The second visit, on a disconnected cluster with a real PostgreSQL and two releases of External Secrets Operator: what
 * cannot be proven is put back, the database too; what is killed goes on; a delta takes the site forward, rollback back.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { execa } from 'execa'
import { beforeAll, describe, expect, test } from 'vitest'
import { countsIn } from '../../../src/kernel/objects/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { readUpgrade } from '../../../src/site/install/index.ts'
import type { SandboxPair } from '../../support/sandbox.ts'
import { goTool } from '../../support/tools/build.ts'
import type { Ended, FailingSite, Moment } from './failing-site.ts'
import { killPostgres } from './kill-postgres.ts'
import { backUpOutside } from './outside-postgres.ts'
import { fitNow, traced } from './traced.ts'
import { fitted, newer, older, steps, UpgradingSite } from './upgrading-site.ts'

/** A run has ended with 0, or with another code; otherwise all that it said is shown. */
function expectEnd({ exitCode, json, stderr }: Ended, wanted: readonly [number, string?]): void {
  expect([exitCode, json['code']], `${JSON.stringify(json)}\n${stderr}`).toEqual([wanted[0], wanted[1]])
}
const rolledBack = [68, 'ROLLED_BACK'] as const
const well = [0] as const

/** Declares the tests; the site that `started` gives has the older bundle before them, and nothing after them. */
export function upgrades(started: () => FailingSite, bundles: () => SandboxPair): void {
  let site: UpgradingSite
  /** The newer one with what the fit has said. */
  let bundle: string

  beforeAll(async () => {
    site = await UpgradingSite.settle(started(), bundles())
  })

  describe('what cannot be proven goes back, the database too', () => {
    /** The newest migration of the database that the way back has set aside; those of before are kept beside it. */
    async function setAside(): Promise<string> {
      const { setAside = '', kept = [] } = (await readUpgrade(site.failing.api)) ?? {}
      const beside = [setAside, ...kept.map(({ database }) => database)].sort()
      const found = await site.sql(`select datname from pg_database where datname like 'infisical_%'`)
      expect(found.split('\n').sort()).toEqual(beside)
      return await site.schema(setAside)
    }

    test('a migration that fails at its first step', async () => {
      await site.order('fail', 'first')
      const ended = await site.run('upgrade', site.pair.hasty)
      expectEnd(ended, rolledBack)
      // Before its chart's time was over.
      expect(ended.json['message']).toMatch(/has ended \d times?, the last with exit code 1/)
      expect(ended.json['hints']).toContainEqual(expect.stringContaining('set aside as infisical_failed_'))
      await site.is(older)
      expect(await setAside()).toBe(older.schema)
    })

    test('one that fails in the middle, and Sealift is killed on its way back', async () => {
      await site.order('fail', 'middle')
      await site.failing.killed(returning, site.words('upgrade', site.pair.hasty))
      await site.failing.leaseEnds()
      expectEnd(await site.run('upgrade', site.pair.hasty), rolledBack)
      await site.holds(older)
      expect(await setAside()).toBe(steps.first)
    })

    test('PostgreSQL is killed at the last step, which never ends', async () => {
      await site.order('hang', 'last')
      const words = site.words('upgrade', site.pair.hasty)
      const ended = await site.failing.installWhile(
        site.migrates,
        () => killPostgres(site.failing.cluster),
        undefined,
        words,
      )
      expectEnd(ended as Ended, rolledBack)
      await site.is(older)
      expect(await setAside()).toBe(steps.middle)
    })

    test('a server that comes up, and takes no secret', async () => {
      await site.order()
      await site.refuseSecretsOfNewer()
      const ended = await site.run('upgrade', site.pair.newer)
      expectEnd(ended, rolledBack)
      // What is served again was copied with it.
      await site.takeSecretsAgain()
      await site.holds(older)
      expect(await setAside()).toBe(newer.schema)
    })
  })

  const returning: Moment = async () => (await readUpgrade(site.failing.api))?.state === 'returning'
  const stopped: Moment = async () => {
    const found = await site.failing.api.get(kinds.deployment, 'infisical', 'infisical')
    return countsIn(found?.['spec'])['replicas'] === 0
  }
  const proves: Moment = async () =>
    (await site.failing.api.get(kinds.externalSecret, 'sealift-probe', 'sealift-system')) !== undefined

  describe('an upgrade that is killed again and again', () => {
    const upgrade = () => site.words('upgrade', site.pair.newer)

    test.each([
      ['Infisical is stopped', () => stopped()],
      ['its database is copied', () => site.copied()],
    ])('while %s', async (_, moment) => {
      await site.order('hang')
      await site.failing.killed(moment, upgrade())
      await site.failing.leaseEnds()
    })

    test('while its migration is at work: nothing else goes on with it', async () => {
      await site.failing.killed(site.migrates, upgrade())
      await site.failing.leaseEnds()
      expectEnd(await site.run('install', site.pair.newer), [67, 'UPGRADE_UNFIT'])
      await site.order()
    })

    test('while it is proven', async () => {
      await site.failing.killed(proves, upgrade())
      await site.failing.leaseEnds()
    })

    test('and comes to the newer version', async () => {
      const ended = await site.run('upgrade', site.pair.newer)
      expectEnd(ended, well)
      expect(ended.json['upgrade']).toMatchObject({ state: 'proven', from: { version: '0.9.0' } })
      await site.holds(newer)
    })
  })

  test('a fit says what it needs, each figure from where its table says', async () => {
    const values = join(site.failing.site.dir, 'fit')
    const found = await traced(site.failing, () => fitNow(site.failing, 0, '--record', '-o', values))
    expect(found).toMatchObject({ fit: { fits: true }, confirmation: { state: 'none' } })
    bundle = await site.pair.fitted(values)
  })

  test('rollback serves the database of before again', async () => {
    expectEnd(await site.run('rollback', site.pair.newer, '--yes'), well)
    // What is served again is of when the other server was to hang.
    await site.order()
    await site.holds(older)
    // The newer operator has put a finalizer on it, which the older one does not know.
    await site.failing.kubectl('-n talent-mesh delete externalsecret brief --timeout=300s')
  })

  describe('a delta with the values of the fit', () => {
    let key: string
    let recipient: string

    beforeAll(async () => {
      const identity = await generateX25519Identity()
      recipient = await identityToRecipient(identity)
      key = join(site.failing.site.dir, 'identity.txt')
      await writeFile(key, `${identity}\n`, { mode: 0o600 })
    })

    test('takes the site forward, and whoever reads meanwhile waits no longer than it says', async () => {
      const folder = join(site.failing.site.dir, 'safe')
      const flags = ['--recipient', recipient, '--backup', folder]
      const [ended, reads] = await site.reading(() => site.run('upgrade', bundle, ...flags))
      expectEnd(ended, well)
      await site.holds(fitted)
      expect(new Set(await site.databases())).toEqual(
        new Set(['infisical', 'infisical_before', 'infisical_failed']),
      )
      const gap = Number(ended.json['gap'])
      expect(gap).toBeGreaterThan(0)
      expect(reads.failed).toBeGreaterThan(0)
      // Each read has three seconds, and the Service's rules come some time after the pod, on a busy machine long after it.
      expect(reads.longestGap).toBeLessThan(gap + 20)
      expect(ended.json['upgrade']).toMatchObject({ archive: { rehearsed: true } })
      // Anybody's tools open what lies in the safe.
      const { archive } = ended.json['upgrade'] as { archive: { path: string } }
      const opened = execa(await goTool('age'), ['-d', '-i', key, archive.path], { buffer: false })
      const { stdout } = await opened.pipe('tar', ['-t'])
      expect(stdout.split('\n')).toContain('backup.json')
    })

    test('what the fit has said of it is confirmed within 10 % by what is observed then', async () => {
      const { confirmation, account, fit } = await fitNow(site.failing, 5)
      expect(confirmation, JSON.stringify({ confirmation, account })).toMatchObject({ state: 'confirmed' })
      expect(Math.abs(confirmation.percent ?? 100)).toBeLessThanOrEqual(10)
      expect(confirmation.containers).toHaveLength(4)
      expect(fit.concurrent.before).toBe(2)
    })

    test('a backup of it is restored by the programs of PostgreSQL’s own pod', async () => {
      const { failing } = site
      const { dir, siteFile } = failing.site
      const backup = ['backup', '-c', siteFile, '-o', dir, '--recipient', recipient]
      const made = await failing.run(backup)
      expectEnd(made, well)
      const file = String(made.json['path'])
      expect((await readFile(file)).includes('infisical')).toBe(false)
      await site.write('another')
      const done = await failing.run(['restore', file, '-c', siteFile, '-i', key, '--yes'])
      expectEnd(done, well)
      await site.holds(fitted)
      await site.sql(`drop database ${done.json['setAside']}`, 'postgres')
    })
  })

  test('one of a PostgreSQL that is no pod is made by an image of the node, after a kill as well', async () => {
    const ended = await backUpOutside(site.failing, site.pair.newer)
    expectEnd(ended, well)
    expect(ended.json).toMatchObject({ rehearsed: true })
  })

  test('a purge takes what is kept as well', async () => {
    await site.leave()
    await site.sql('create database infisical_rehearsal_0123abcd owner infisical', 'postgres')
    const words = site.words('remove', site.pair.newer, '--purge', '--yes')
    expectEnd(await site.failing.run(words), well)
    expect(await site.databases()).toEqual([''])
  })
}
