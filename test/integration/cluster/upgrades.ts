/**
 * The second visit, on a disconnected cluster with a real PostgreSQL and two releases of External Secrets Operator: what
 * cannot be proven is put back, the database too; what is killed goes on; a delta takes the site forward, rollback back.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { beforeAll, describe, expect, test } from 'vitest'
import { countsIn } from '../../../src/kernel/objects/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { readUpgrade } from '../../../src/site/install/index.ts'
import type { SandboxPair } from '../../support/sandbox.ts'
import type { Ended, FailingSite, Moment } from './failing-site.ts'
import { killPostgres } from './kill-postgres.ts'
import { backUpOutside } from './outside-postgres.ts'
import { newer, older, steps, UpgradingSite } from './upgrading-site.ts'

/** A run has ended with 0, or with another code; otherwise all that it said is shown. */
function expectEnd({ exitCode, json, stderr }: Ended, wanted: readonly [number, string?]): void {
  expect([exitCode, json['code']], `${JSON.stringify(json)}\n${stderr}`).toEqual([wanted[0], wanted[1]])
}
const rolledBack = [68, 'ROLLED_BACK'] as const
const well = [0] as const

/** Declares the tests; the site that `started` gives has the older bundle before them, and nothing after them. */
export function upgrades(started: () => FailingSite, bundles: () => SandboxPair): void {
  let site: UpgradingSite

  beforeAll(async () => {
    site = await UpgradingSite.settle(started(), bundles())
  })

  describe('what cannot be proven goes back, the database too', () => {
    /** The newest migration of the one database that the way back has set aside, which goes then. */
    async function setAside(): Promise<string> {
      expect(await site.databases()).toEqual(['infisical', 'infisical_failed'])
      const found = await site.sql(`select datname from pg_database where datname like 'infisical_failed%'`)
      return await site.schema(found)
    }

    test('a migration that fails at its first step', async () => {
      await site.order('fail', 'first')
      const ended = await site.run('upgrade', site.pair.hasty)
      expectEnd(ended, rolledBack)
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

  test('rollback serves the database of before again', async () => {
    expectEnd(await site.run('rollback', site.pair.newer, '--yes'), well)
    // What is served again is of when the other server was to hang.
    await site.order()
    await site.holds(older)
    // The newer operator has put a finalizer on it, which the older one does not know.
    await site.failing.kubectl('-n talent-mesh delete externalsecret brief --timeout=30s')
  })

  test('a delta takes the site forward, and whoever reads meanwhile waits no longer than it says', async () => {
    const [ended, reads] = await site.reading(() => site.run('upgrade', site.pair.delta))
    expectEnd(ended, well)
    await site.holds(newer)
    expect(await site.databases()).toEqual(['infisical', 'infisical_before'])
    const gap = Number(ended.json['gap'])
    expect(gap).toBeGreaterThan(0)
    expect(reads.failed).toBeGreaterThan(0)
    // Each read has a second, and the Service's rules come some time after the pod.
    expect(reads.longestGap).toBeLessThan(gap + 5)
  })

  test('a backup of it is restored by the programs of PostgreSQL’s own pod', async () => {
    const identity = await generateX25519Identity()
    const { failing } = site
    const { dir, siteFile } = failing.site
    const key = join(dir, 'identity.txt')
    await writeFile(key, `${identity}\n`, { mode: 0o600 })
    const recipient = await identityToRecipient(identity)
    const backup = ['backup', '-c', siteFile, '-o', dir, '--recipient', recipient]
    const made = await failing.run([...backup, '--rehearse'])
    expectEnd(made, well)
    const file = String(made.json['path'])
    expect((await readFile(file)).includes('infisical')).toBe(false)
    await site.write('another')
    const done = await failing.run(['restore', file, '-c', siteFile, '-i', key, '--yes'])
    expectEnd(done, well)
    await site.holds(newer)
    await site.sql(`drop database ${done.json['setAside']}`, 'postgres')
  })

  test('one of a PostgreSQL that is no pod is made by an image of the node, after a kill as well', async () => {
    const ended = await backUpOutside(site.failing, site.pair.newer)
    expectEnd(ended, well)
    expect(ended.json).toMatchObject({ rehearsed: true })
  })

  test('a purge takes what is kept as well', async () => {
    await site.leave()
    const words = site.words('remove', site.pair.newer, '--purge', '--yes')
    expectEnd(await site.failing.run(words), well)
    expect(await site.databases()).toEqual([''])
  })
}
