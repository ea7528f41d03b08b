/** The end of a site: removed with its data kept, installed again over that, and taken away without a trace. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AuditVerified } from '../../src/site/verbs/audit-verify.ts'
import type { InstallResult } from '../../src/site/verbs/install/index.ts'
import { refusedByRights } from '../support/cluster/audit.ts'
import type { Journey } from './journey.ts'

/** Declares the tests; the site of `journey` has an install before them, and nothing after. */
export function removed(journey: () => Journey): void {
  const remove = (...flags: string[]) => journey().typed('Live with it', 'remove', ...flags)
  /** Receipt and journal, as they were before the purge. */
  const records: string[] = []
  const ours = (lines: string) => lines.split('\n').filter(line => /external-secrets|infisical/.test(line))
  const admin = () =>
    journey().kubectl('-n sealift-system get secret infisical-admin -o jsonpath={.data.password}')

  test('without --yes nothing is done: exit 2', async () => {
    const { exitCode, stderr } = await journey().run(await remove())
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('was not confirmed')])
  })

  test('remove keeps the data, and an install finds it again', async () => {
    const before = await admin()
    const { exitCode, kept } = await journey().json<{ kept: string[] }>([...(await remove()), '--yes'])
    expect([exitCode, kept[0]]).toEqual([0, 'database infisical'])
    expect((await journey().run(['status', '-c', journey().site.siteFile])).exitCode).toBe(56)
    await journey().rename('sandbox', '1.1.0')
    expect((await journey().install()).exitCode).toBe(57)
    await journey().rename('sandbox', '1.0.0')
    const again = await journey().json<InstallResult>(
      await journey().typed('Install the bundle', 'install', '-c'),
    )
    // The story has adopted its own admin by now.
    expect(again.steps.find(({ id }) => id === 'bootstrap')).toMatchObject({
      ...{ skipped: true, detail: expect.stringMatching(/^was set up (before|already)\b/) },
    })
    expect(await admin()).toBe(before)
    const names = 'configmap/sealift-receipt secret/sealift-journal'
    const [receipt, log] = JSON.parse(await journey().kubectl(`-n sealift-system get ${names} -o json`)).items
    const journal = Buffer.from(log.data['journal.jsonl'], 'base64').toString()
    records.push(JSON.stringify(receipt), journal)
  })

  test('--purge leaves no trace', async () => {
    const digests = ours(await journey().ctr('images ls')).map(line => /sha256:\S+/.exec(line)?.[0] ?? line)
    expect(digests).toHaveLength(2)
    const { exitCode, kept } = await journey().json<{ kept: string[] }>([
      ...(await remove('--purge')),
      '--yes',
    ])
    expect([exitCode, kept]).toEqual([0, []])
    expect(await journey().namespaces()).toEqual([])
    const clusterWide = await journey().kubectl('get crds,clusterrolebindings -o name')
    expect(clusterWide).not.toMatch(/external-secrets|sealift/)
    const traces =
      "select (select count(*) from pg_roles where rolname = 'infisical') + (select count(*) from pg_database where datname = 'infisical')"
    expect(await journey().sql(traces)).toBe('0')
    // Under none of the names that containerd gave them, and not as content.
    const left = (await journey().ctr('images ls')) + (await journey().ctr('content ls'))
    expect(ours(left)).toEqual([])
    expect(digests.filter(digest => left.includes(digest))).toEqual([])
  })

  test('nothing was asked for that `sealift rbac` does not print; the log of all runs is whole', async () => {
    const { site } = journey()
    expect(await refusedByRights(site.cluster.dir)).toEqual([])
    const log = join(site.dir, 'sandbox.audit.jsonl')
    const words = ['audit', 'verify', log, '-c', site.siteFile]
    const verified = await journey().json<AuditVerified>(words)
    expect(verified).toMatchObject({ exitCode: 0, unended: [] })
    expect(verified.runs).toBeGreaterThan(10)
    records.push(await readFile(log, 'utf8'))
  })

  test('no secret was in any output, argument, journal or record, or in the bundle', async () => {
    const { site, sandbox, spoken, secrets, args } = journey()
    expect(secrets.size).toBeGreaterThan(12)
    expect(records.map(text => text.length > 100)).toEqual([true, true, true])
    const local = await readFile(join(site.dir, 'sandbox.journal.jsonl'), 'utf8')
    const bundle = (await readFile(sandbox.bundle)).toString('latin1')
    const everything = [...spoken, ...records, ...args, local, bundle]
    expect([...secrets].filter(secret => everything.some(text => text.includes(secret)))).toEqual([])
  })
}
