/** Files that sops has encrypted are emptied, as the README has it; and what is done with stores now and then. */
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import type { AuditExported } from '../../src/teams/verbs/audit-export.ts'
import type { Migrated } from '../../src/teams/verbs/migrate-sops/index.ts'
import type { RotatedStores } from '../../src/teams/verbs/rotate-stores.ts'
import type { StoresApplied } from '../../src/teams/verbs/stores-apply/index.ts'
import { type ReadmeSection, readmeSection } from '../support/readme.ts'
import { type RealSops, realSops } from '../support/sops.ts'
import type { Journey } from './journey.ts'
import { random, Typist } from './typist.ts'

/** What the files hold, by the name that it has in Infisical. */
const values = {
  DB_PASSWORD: random(),
  db_password: `${random()}$\{x}$HOME`,
  API_KEY: random(),
  TLS_KEY: `-----BEGIN ${random()}\n${random()}\n`,
  region: random(),
}

/** Declares the tests; the site of `journey` has the store of an environment before them, and no teams after them. */
export function migrated(journey: () => Journey): void {
  let sops: RealSops
  let readme: Record<'first' | 'migration', ReadmeSection>
  const typist = () => new Typist(journey(), sops)

  beforeAll(async () => {
    const [first, migration, real] = await Promise.all([
      readmeSection('My first secret, from the web UI to my pod'),
      readmeSection('Empty the SOPS files'),
      realSops(),
    ])
    readme = { first, migration }
    sops = real
  })
  afterAll(() => sops?.dispose())

  test('what would not survive is seen before anything is written', async () => {
    await mkdir(join(sops.folder, 'secrets/terraform'), { recursive: true })
    const { DB_PASSWORD, db_password, API_KEY, TLS_KEY, region } = values
    const yaml = { DB_PASSWORD: `${DB_PASSWORD}  `, db: { password: db_password }, TLS_KEY }
    await sops.encrypt('secrets/prod.enc.yaml', 'yaml', printYaml(yaml))
    await sops.encrypt('secrets/.env.production', 'dotenv', `API_KEY=${API_KEY}\n`)
    await sops.encrypt('secrets/terraform.tfvars.enc', 'binary', `region = "${region}"\n`)
    await sops.encrypt('secrets/terraform/bootstrap.tfvars.enc', 'binary', `token = "${random()}"\n`)
    await cp(join(sops.folder, 'secrets'), typist().file('secrets'), { recursive: true })
    const { exitCode, stdout, stderr } = await typist().run(readme.migration.commands[0])
    expect([exitCode, stderr]).toEqual([74, expect.stringContaining('at DB_PASSWORD')])
    for (const name of Object.keys(values)) expect(stdout).toMatch(new RegExp(`^\\+ +${name} `, 'm'))
    expect(stdout).toContain('DB_PASSWORD: Infisical takes off spaces or tabs at its end')
    expect(stdout).toMatch(/^secrets\/terraform\/bootstrap\S+ +left alone by the pattern/m)
  })

  test('the files are emptied into Infisical, proven, and once', async () => {
    const { db_password: password, ...others } = values
    const yaml = { DB_PASSWORD: others.DB_PASSWORD, db: { password }, TLS_KEY: others.TLS_KEY }
    await cp(
      await sops.encrypt('secrets/prod.enc.yaml', 'yaml', printYaml(yaml)),
      typist().file('secrets/prod.enc.yaml'),
    )
    const [plan, write] = readme.migration.commands
    expect((await typist().run(plan)).exitCode).toBe(0)
    const done = await typist().json<Migrated>(write)
    expect(done).toMatchObject({ exitCode: 0, written: 5, parity: { equal: 5, changed: [], different: [] } })
    expect(done.parity?.by).toBe('identity external-secrets.talent-mesh.prod')
    expect((await stat(typist().file('migrated.json'))).mode & 0o777).toBe(0o600)
    expect(await typist().json<Migrated>(write)).toMatchObject({
      exitCode: 0,
      written: 0,
      parity: { equal: 5 },
    })
  })

  test('an ExternalSecret that reads elsewhere reads from there, and its Secret is the same', async () => {
    const data = [{ key: 'DB_PASSWORD', value: values.DB_PASSWORD }]
    const metadata = { name: 'as-before', namespace: 'talent-mesh' }
    const spec = { provider: { fake: { data } } }
    await typist().apply(
      printYaml({ apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata, spec }),
    )
    const elsewhere = (readme.first.yaml[1] ?? '')
      .replace('kind: ClusterSecretStore, name: talent-mesh.prod', 'kind: SecretStore, name: as-before')
      .replace('POSTGRES_PASSWORD', 'DB_PASSWORD')
    await typist().apply(elsewhere)
    await typist().until(async () => (await typist().secret()) === values.DB_PASSWORD)
    const { exitCode, switches } = await typist().json<Migrated>(readme.migration.commands[2])
    expect([exitCode, switches]).toEqual([0, [expect.objectContaining({ state: 'switched', keys: 1 })]])
    const store =
      '-n talent-mesh get externalsecret talent-mesh-db-credentials -o jsonpath={.spec.secretStoreRef.name}'
    expect([await journey().kubectl(store), await typist().secret()]).toEqual([
      'talent-mesh.prod',
      values.DB_PASSWORD,
    ])
    await typist().apply(readme.first.yaml[1] ?? '')
    await typist().seesChange()
  })

  test('what is done now and then: client secrets, ages, and what an auditor wants', async () => {
    const rotated = await typist().json<RotatedStores>(['rotate', 'stores', '-c', 'site.yaml'])
    expect([rotated.exitCode, rotated.rotated.map(({ identity }) => identity)]).toEqual([
      0,
      ['external-secrets', 'external-secrets.talent-mesh.prod'],
    ])
    await typist().seesChange()
    const both = ['-c', 'site.yaml', '-f', 'tenancy.yaml']
    const due = await typist().run(['rotate', 'due', ...both])
    expect(due).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^none of \d+ secrets in 1 environment/),
    })
    const audit = ['audit', 'export', '-c', 'site.yaml', '--since', '1d', '-o', 'audit.ndjson']
    const exported = await typist().json<AuditExported>(audit)
    expect(exported).toMatchObject({ exitCode: 0, source: 'request-log', logs: [{ run: 'present' }] })
    const lines = (await readFile(typist().file('audit.ndjson'), 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(exported.lines + 1)
    expect(lines.map(line => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ kind: 'last-login', name: 'admin@site.local' }),
    )
  })

  test('External Secrets Operator logs in as itself where the file says so, with no secret at rest', async () => {
    const text = await readFile(typist().file('tenancy.yaml'), 'utf8')
    await writeFile(
      typist().file('tenancy.yaml'),
      text.replace('stores:\n', 'stores:\n  login: kubernetes\n'),
    )
    const applied = await typist().json<StoresApplied>(readme.first.commands[1])
    expect([applied.exitCode, applied.unmet, applied.unready]).toEqual([0, [], []])
    const kept = await journey().kubectl(
      `-n external-secrets get secret infisical-universal-auth.talent-mesh.prod -o jsonpath={.data}`,
    )
    expect(Object.keys(JSON.parse(kept))).toEqual(['identityId'])
    await typist().seesChange()
    expect((await typist().json<StoresApplied>(readme.first.commands[1])).changed).toEqual([])
  })

  test('no value of a file is in any of it; and teams go', async () => {
    const names = ['migrated.json', 'audit.ndjson', '.github/workflows/secrets.yaml', 'sandbox.journal.jsonl']
    const texts = await Promise.all(names.map(name => readFile(typist().file(name), 'utf8')))
    const everything = [...texts, ...journey().spoken, ...journey().args]
    const parts = Object.values(values).flatMap(value => value.match(/[0-9a-f]{24}/g) ?? [])
    expect(parts).toHaveLength(6)
    expect(parts.filter(part => everything.some(text => text.includes(part)))).toEqual([])
    await journey().kubectl('-n talent-mesh delete externalsecrets --all --wait=true')
    await journey().kubectl('delete namespace talent-mesh --wait=true')
  })
}
