/** A site on the older of two bundles, with a team that uses it: what is done to it, and what is seen of it. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { adminSecretName, readValues, systemNamespace } from '../../../src/kernel/access/index.ts'
import { textsIn } from '../../../src/kernel/objects/index.ts'
import { kinds } from '../../../src/kernel/ports/index.ts'
import { printYaml } from '../../../src/kernel/yaml/index.ts'
import type { SandboxPair } from '../../support/sandbox.ts'
import type { Ended, FailingSite, Moment } from './failing-site.ts'
import type { Reads, Wanted } from './reading-client.ts'

/** What tells which version a site is of. */
interface Versions {
  readonly server: string | undefined
  readonly operator: string | undefined
  readonly version: string | undefined
  /** Its database's newest migration. */
  readonly schema: string
}

/** The migrations that only the newer server has, in their order. */
export const steps = {
  first: '20261001080000_secret-reminders.mjs',
  middle: '20261001090000_project-descriptions.mjs',
  last: '20261002070000_organization-names.mjs',
} as const

export const older: Versions = {
  server: '0.1.0',
  operator: 'v0.19.2',
  version: '0.9.0',
  schema: '20260702080000_project-folder-grants.mjs',
}
export const newer: Versions = {
  server: '0.2.0',
  operator: 'v0.20.4',
  version: '1.1.0',
  schema: steps.last,
}

/** The newer one with what a fit has said for it. */
export const fitted: Versions = { ...newer, version: '1.2.0' }

const team = 'talent-mesh'
const key = 'POSTGRES_PASSWORD'
/** What the team's secret has at first. */
const first = 'as it was'

/** A site and both bundles. */
export class UpgradingSite {
  readonly failing: FailingSite
  readonly pair: SandboxPair
  #keys: unknown
  #team: unknown

  private constructor(failing: FailingSite, pair: SandboxPair) {
    this.failing = failing
    this.pair = pair
  }

  /** A site that has the older bundle, with a team on it. */
  static async settle(failing: FailingSite, bundles: SandboxPair): Promise<UpgradingSite> {
    const site = new UpgradingSite(failing, bundles)
    await site.#letIn()
    return site
  }

  /** A team with a secret, which External Secrets Operator asks for every two seconds. */
  async #letIn(): Promise<void> {
    const { failing } = this
    const file = join(failing.site.dir, 'tenancy.yaml')
    const tenancy = {
      ...{ apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova' },
      projects: [{ slug: team, environments: ['prod'] }],
      stores: {
        layout: 'store-per-environment',
        serve: [{ project: team, environment: 'prod', namespaces: [team] }],
      },
    }
    await writeFile(file, printYaml(tenancy))
    await failing.kubectl(`create namespace ${team}`)
    for (const what of ['tenancy', 'stores'])
      expect(await failing.run([what, 'apply', '-c', failing.site.siteFile, '-f', file])).toMatchObject({
        exitCode: 0,
      })
    await this.#put(first)
    for (const name of ['db', 'brief']) {
      const object = {
        ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' },
        metadata: { name, namespace: team },
        spec: {
          refreshInterval: '2s',
          secretStoreRef: { kind: 'ClusterSecretStore', name: `${team}.prod` },
          target: { name },
          data: [{ secretKey: 'password', remoteRef: { key } }],
        },
      }
      await failing.cluster.kubectl(['apply', '-f', '-'], JSON.stringify(object))
    }
    await failing.kubectl(`-n ${team} wait --for=create secret/db --timeout=300s`)
    await this.#has(first)
    this.#keys = await failing.keys()
    this.#team = await this.#teamSecret()
  }

  /** Writes the team's secret as the web UI does. */
  async #put(input: string): Promise<void> {
    const program = join(import.meta.dirname, '../../e2e/as-team.ts')
    const words = [program, this.failing.cluster.kubeconfig, team, 'prod', '/', key]
    await this.failing.cluster.exec(process.execPath, words, { input })
  }

  /** The team goes: a purge takes nobody's ExternalSecrets away. */
  async leave(): Promise<void> {
    await this.failing.kubectl(`-n ${team} delete externalsecrets --all`)
    await this.failing.kubectl(`delete namespace ${team}`)
  }

  /** Gives the team's secret another value, and waits until its Secret has it. */
  async write(value: string): Promise<void> {
    await this.#put(value)
    await this.#has(value)
  }

  async #has(value: string): Promise<void> {
    const data = `{.data.password}=${Buffer.from(value).toString('base64')}`
    await this.failing.kubectl(`-n ${team} wait --for=jsonpath=${data} secret/db --timeout=300s`)
  }

  /** Which object the team's Secret is, and a hash of what is in it. */
  async #teamSecret(): Promise<unknown> {
    const found = await this.failing.api.get(kinds.secret, 'db', team)
    const data = createHash('sha256').update(JSON.stringify(found?.['data'])).digest('hex')
    return { uid: found?.metadata['uid'], data }
  }

  /** Runs a verb for a bundle of the pair. */
  run(verb: 'install' | 'rollback' | 'upgrade', bundle: string, ...flags: string[]): Promise<Ended> {
    return this.failing.run(this.words(verb, bundle, ...flags))
  }

  words(verb: 'install' | 'remove' | 'rollback' | 'upgrade', bundle: string, ...flags: string[]): string[] {
    return this.failing.verb(verb, flags, this.failing.site.siteFile, bundle)
  }

  /** Orders something of the newer server in place of what was ordered before; without `what`, nothing any more. */
  async order(what?: 'fail' | 'hang', step: keyof typeof steps = 'last'): Promise<void> {
    const row = what === undefined ? '' : `insert into stand_in_orders values ('${what} ${steps[step]}')`
    await this.sql(
      `create table if not exists stand_in_orders (what text); alter table stand_in_orders owner to infisical; delete from stand_in_orders; ${row}`,
    )
  }

  /** From when the database is the newer server's on, it takes no secret: the probe's has nowhere to go. */
  async refuseSecretsOfNewer(): Promise<void> {
    await this.sql(`create function refuse_secrets() returns trigger language plpgsql as $$ begin
        if exists (select from infisical_migrations where name = '${steps.last}') then raise 'refused, as ordered'; end if;
        return new; end $$;
      create trigger refuse_secrets before insert or update on secrets_v2 for each row execute function refuse_secrets()`)
  }

  async takeSecretsAgain(): Promise<void> {
    await this.sql('drop function refuse_secrets cascade')
  }

  sql(statement: string, database = 'infisical'): Promise<string> {
    return this.failing.sql(statement, database)
  }

  /** The migration that hangs as ordered is at it. Asked twice a second: a program in a pod takes much of a processor. */
  migrates: Moment = async () => {
    await sleep(500)
    return (await this.sql(`select 1 from pg_stat_activity where query like 'SELECT pg_sleep%'`)) === '1'
  }

  /** The copy of the database is there; asked as rarely. */
  copied: Moment = async () => {
    await sleep(500)
    return (await this.databases()).includes('infisical_before')
  }

  /** Infisical's databases, without what tells those of one kind from one another. */
  async databases(): Promise<string[]> {
    const names = await this.sql(
      `select datname from pg_database where datname like 'infisical%' order by 1`,
      'postgres',
    )
    return names.split('\n').map(name => name.replace(/_[a-z0-9]+$/, ''))
  }

  async schema(database = 'infisical'): Promise<string> {
    return await this.sql('select name from infisical_migrations order by id desc limit 1', database)
  }

  async versions(): Promise<Versions> {
    const tag = async (name: string) => {
      const image = '-o jsonpath={.spec.template.spec.containers[0].image}'
      return (await this.failing.kubectl(`-n ${name} get deployment ${name} ${image}`)).split(':').at(-1)
    }
    const [server, operator] = await Promise.all([tag('infisical'), tag('external-secrets')])
    const receipt = await this.failing.api.get(kinds.configMap, 'sealift-receipt', systemNamespace)
    const { version } = textsIn(receipt?.['data'])
    return { server, operator, version, schema: await this.schema() }
  }

  /** The site is of a version, and its keys and the team's Secret are as they were at first. */
  async is(wanted: Versions): Promise<void> {
    expect(await this.versions()).toEqual(wanted)
    expect(await this.failing.keys()).toEqual(this.#keys)
    await this.#has(first)
    expect(await this.#teamSecret()).toEqual(this.#team)
  }

  /** It is, and all that a site promises holds, as `check` asks it. */
  async holds(wanted: Versions): Promise<void> {
    await this.is(wanted)
    const words = ['check', '-c', this.failing.site.siteFile, '--window', '0']
    const { exitCode, json } = await this.failing.run(words)
    const verdicts = json['verdicts'] as { id: string; ok: boolean }[]
    expect([exitCode, verdicts.filter(({ ok }) => !ok)]).toEqual([0, []])
  }

  /** Does something while a client reads the team's secret ten times a second through the Service, as the admin. */
  async reading<T>(work: () => Promise<T>): Promise<[T, Reads]> {
    const { api, cluster } = this.failing
    const login = await readValues(api, systemNamespace, adminSecretName)
    const value = (name: string) => login?.values.get(name)?.reveal() ?? ''
    const address = await this.failing.kubectl(
      '-n infisical get service infisical -o jsonpath={.spec.clusterIP}',
    )
    const wanted: Wanted = {
      ...{ url: `http://${address}:8080`, project: team, name: key },
      ...{ email: value('email'), password: value('password'), organizationId: value('organizationId') },
    }
    const program = join(import.meta.dirname, 'reading-client.ts')
    const client = cluster.exec(process.execPath, [program], { stdin: 'pipe' })
    client.stdin.write(`${JSON.stringify(wanted)}\n`)
    try {
      await Promise.race([once(client.stdout, 'data'), client])
      const result = await work()
      client.stdin.end()
      const { stdout } = await client
      return [result, JSON.parse(String(stdout).split('\n').at(-1) ?? '')]
    } finally {
      client.stdin.end()
    }
  }
}
