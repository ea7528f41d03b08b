/**
 * What can happen to an install on a real site, one thing after another: a fresh one that fails is removed without a trace;
 * the next goes on after each, until all is there once.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, test } from 'vitest'
import { selfSigned } from '../../support/certificate.ts'
import { startTlsPostgres } from '../../support/tls-postgres.ts'
import type { Ended, FailingSite } from './failing-site.ts'

/** An environment in which the clock is wrong by so much. */
async function clock(by: string) {
  const { stdout } = await execa('dpkg-query', ['-L', 'libfaketime'])
  const library = stdout.split('\n').find(line => line.endsWith('/libfaketime.so.1')) ?? ''
  return { LD_PRELOAD: library, FAKETIME: by, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

/** Declares the tests; the site that `started` gives is empty before them, and has an install after them. */
export function failures(started: () => FailingSite): void {
  let failing: FailingSite
  let untouched: Record<string, string[]>

  beforeAll(async () => {
    failing = started()
    untouched = await failing.traces()
  })

  describe('refused before the first change', () => {
    test('a kubeconfig with another authority', async () => {
      const { cluster, site } = failing
      const config = JSON.parse(await readFile(cluster.kubeconfig, 'utf8'))
      const other = Buffer.from(selfSigned('another').cert).toString('base64')
      config.clusters[0].cluster['certificate-authority-data'] = other
      const kubeconfig = join(site.dir, 'another.kubeconfig')
      await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 })
      const file = await site.variant('another', { cluster: { kubeconfig } })
      expect(await failing.run(failing.verb('install', [], file))).toMatchObject({
        ...{ exitCode: 41, json: { message: expect.stringContaining('its certificate is not trusted') } },
      })
    })

    test('a PostgreSQL whose certificate another authority has signed', async () => {
      const postgres = await startTlsPostgres([])
      const namespace = 'databases'
      const secrets = {
        login: { username: postgres.user, password: postgres.password },
        ca: { 'ca.crt': selfSigned('another').cert },
      }
      for (const [name, stringData] of Object.entries(secrets)) {
        const secret = {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: `tls-${name}`, namespace },
          stringData,
        }
        await failing.cluster.kubectl(['create', '-f', '-'], JSON.stringify(secret))
      }
      try {
        const database = {
          ...{ host: postgres.host, port: postgres.port, tls: 'verify-full' },
          ...{ ca: { namespace, name: 'tls-ca', key: 'ca.crt' }, admin: { namespace, name: 'tls-login' } },
        }
        const file = await failing.site.variant('tls', { database })
        const { exitCode, json } = await failing.runBeside(failing.verb('install', [], file))
        expect([exitCode, json['message']]).toEqual([48, expect.stringContaining('certificate')])
      } finally {
        await postgres.stop()
        await failing.kubectl('-n databases delete secret tls-login tls-ca')
      }
    })

    test.each(['+10y', '-3y'])('a clock that is wrong by %s, at which no certificate is valid', async by => {
      const { exitCode, json } = await failing.install(await clock(by))
      expect([exitCode, json['hints']]).toEqual([
        ...[41, expect.arrayContaining([expect.stringContaining('is the clock of this machine right?')])],
      ])
    })

    test('and nothing was changed', async () => {
      expect(await failing.traces()).toEqual(untouched)
    })
  })

  describe('a node whose disk is full', () => {
    const ended = (how: Ended | 'killed') =>
      how === 'killed' ? how : [how.exitCode, how.json['message'], how.json['hints']]

    test('before an install', async () => {
      await failing.leaveRoom(1000)
      const refused = ended(await failing.install())
      await failing.leaveRoom()
      expect(refused).toEqual([24, expect.stringContaining('no room for the images'), [expect.any(String)]])
      expect(await failing.traces()).toEqual(untouched)
    })

    test('while images load', async () => {
      const stopped = ended(await failing.installWhile(failing.arrives, () => failing.leaveRoom(3000)))
      await failing.leaveRoom()
      const told = expect.stringContaining('no space left on device')
      expect(stopped).toEqual([45, told, [expect.stringContaining('make room there')]])
    })
  })

  test('a fresh install that is killed while helm is at work is removed without a trace', async () => {
    await failing.killed(failing.helms)
    expect(await failing.run(failing.verb('remove', ['--purge', '--yes']))).toMatchObject({
      ...{ exitCode: 0, json: { kept: [] } },
    })
    expect(await failing.traces()).toEqual(untouched)
  })

  describe('an install to which one thing happens after another', () => {
    let keys: unknown

    /** Those that were made once stay, whatever happens. */
    async function keysStay() {
      keys ??= await failing.keys()
      expect(await failing.keys()).toEqual(keys)
      // Another test waits for those twenty seconds.
      await failing.leaseEnds()
    }

    /** A run goes on through what happens until it is killed, or ends with a code that says who was gone; never a bug. */
    async function survives(how: Ended | 'killed', ...codes: readonly string[]) {
      if (how !== 'killed' && how.exitCode !== 0) expect(codes, how.stderr).toContain(how.json['code'])
      await keysStay()
    }

    test('killed while images load and CRDs go in', async () => {
      await failing.killed(failing.arrives)
      await keysStay()
    })

    test('containerd restarts under a load; killed while helm is at work', async () => {
      const restart = () => failing.cluster.restart('containerd')
      const how = await failing.installWhile(failing.arrives, restart, failing.helms)
      // PostgreSQL's port is forwarded through containerd.
      await survives(how, 'LOAD_FAILED', 'DATABASE_UNREACHABLE')
    })

    test('the API server restarts; killed while the admin is set up', async () => {
      const restart = () => failing.cluster.restart('kube-apiserver')
      const how = await failing.installWhile(failing.changes, restart, failing.administered)
      await survives(how, 'CLUSTER_UNREACHABLE', 'HELM_FAILED', 'DATABASE_UNREACHABLE')
    })

    test('PostgreSQL goes away, and is back', async () => {
      const how = await failing.installWhile(failing.changes, async () => {
        await failing.scalePostgres(0)
        await failing.scalePostgres(1)
      })
      await survives(how, 'DATABASE_UNREACHABLE', 'HELM_FAILED', 'SERVER_FAILED')
    })

    test('two at once, one of them with a clock that is wrong by two hours', async () => {
      const both = await Promise.all([failing.install(await clock('+2h')), failing.install()])
      // Where little is left to do, the one is through before the other has waited in vain.
      const ends = both.map(({ exitCode }) => exitCode).sort()
      expect([
        [0, 0],
        [0, 59],
      ]).toContainEqual(ends)
      await keysStay()
    })

    test('all is there once, and another run changes nothing', async () => {
      const { exitCode, json } = await failing.install(await clock('-30m'))
      const steps = json['steps'] as { id: string; skipped: boolean }[]
      expect([exitCode, steps.filter(({ skipped }) => !skipped).map(({ id }) => id)]).toEqual([0, ['proof']])
      await keysStay()
      const roles = "select count(*) from pg_roles where rolname = 'infisical'"
      expect(await failing.sql(roles)).toBe('1')
      const made = ['super_admin where initialized', 'users', 'organizations', 'identity_ua_client_secrets']
      const counts = made.map(table => `(select count(*) from ${table})`).join(', ')
      expect(await failing.sql(`select ${counts}`, 'infisical')).toBe('1|1|1|1')
      expect((await failing.ctr('leases ls')).includes('sealift-')).toBe(false)
      const checked = await failing.run(['check', '-c', failing.site.siteFile, '--window', '0'])
      const verdicts = checked.json['verdicts'] as { id: string; ok: boolean }[]
      expect(verdicts.filter(({ ok }) => !ok)).toEqual([])
      expect(checked.exitCode).toBe(0)
    })
  })
}
