/** The end of a site: removed with its data kept, installed again over that, and taken away without a trace. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { InstallResult } from '../../src/workflows/install.ts'
import { secretsOf } from '../support/leaks.ts'
import type { Journey } from './journey.ts'

/** Declares the tests; the site of `journey` has an install before them, and nothing after. */
export function removed(journey: () => Journey): void {
  const ofBundle = (verb: string, ...flags: string[]) => [
    ...[verb, journey().sandbox.bundle, '-c', journey().site.siteFile],
    ...flags,
  ]
  const admin = () =>
    journey().kubectl('-n sealift-system get secret infisical-admin -o jsonpath={.data.password}')

  test('without --yes nothing is done: exit 2', async () => {
    expect((await journey().run(ofBundle('remove'))).exitCode).toBe(2)
  })

  test('remove keeps the data, and an install finds it again', async () => {
    const before = await admin()
    const { exitCode, kept } = await journey().json<{ kept: string[] }>(ofBundle('remove', '--yes'))
    expect([exitCode, kept[0]]).toEqual([0, 'database infisical'])
    expect((await journey().run(['status', '-c', journey().site.siteFile])).exitCode).toBe(56)
    await journey().rename('sandbox', '1.1.0')
    expect((await journey().install()).exitCode).toBe(57)
    await journey().rename('sandbox', '1.0.0')
    const again = await journey().json<InstallResult>(ofBundle('install'))
    expect(again.steps.find(({ id }) => id === 'bootstrap')?.detail).toBe('was set up before')
    expect(await admin()).toBe(before)
  })

  test('no secret was in any output, journal or record, or in the bundle', async () => {
    const { site, sandbox, spoken } = journey()
    const secrets = await secretsOf(site.cluster)
    expect(secrets.length).toBeGreaterThan(8)
    const records = await journey().kubectl(
      '-n sealift-system get configmap/sealift-receipt secret/sealift-journal -o json',
    )
    const journal = JSON.parse(records).items[1].data['journal.jsonl']
    const local = await readFile(join(site.dir, 'sandbox.journal.jsonl'), 'utf8')
    const bundle = (await readFile(sandbox.bundle)).toString('latin1')
    const everything = [...spoken, records, Buffer.from(journal, 'base64').toString(), local, bundle]
    expect(secrets.filter(secret => everything.some(text => text.includes(secret)))).toEqual([])
  })

  test('--purge leaves no trace', async () => {
    const { exitCode, kept } = await journey().json<{ kept: string[] }>(
      ofBundle('remove', '--purge', '--yes'),
    )
    expect([exitCode, kept]).toEqual([0, []])
    expect(await journey().namespaces()).toEqual([])
    expect(await journey().kubectl('get crds -o name')).not.toContain('external-secrets')
    const traces =
      "select (select count(*) from pg_roles where rolname = 'infisical') + (select count(*) from pg_database where datname = 'infisical')"
    expect(await journey().sql(traces)).toBe('0')
    expect(await journey().ctr('images ls -q')).not.toMatch(/external-secrets|infisical/)
  })
}
