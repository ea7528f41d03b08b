/** A site on a real PostgreSQL, with its real tools, and a cluster in memory whose Infisical can be stopped and started. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clock, random } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { nodeFiles } from '../../../src/adapters/files/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import {
  type DatabaseLogin,
  type KubernetesObject,
  kinds,
  type PodPrograms,
  Secret,
  type SiteHost,
} from '../../../src/kernel/ports/index.ts'
import { writeReceipt } from '../../../src/site/install/index.ts'
import {
  type Keys,
  makeKeys,
  markDatabase,
  ownDatabase,
  readyDatabase,
  servicesOf,
  storeKeys,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import type { MemoryCluster } from '../../support/memory-cluster.ts'
import { localPrograms } from '../../support/memory-programs.ts'
import { sampleBundle } from '../../support/sample-bundle.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { shippedManifest } from '../../support/shipped-manifest.ts'
import { newIdentity } from '../../unit/site/wire/escrow/escrows.ts'
import { siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

const text = smallSite.replace('database:\n', 'database:\n  tls: disable\n')
export const site = parseSite(text, 'site.yaml')
const chart = sampleBundle().lock.charts[0]
if (chart === undefined) throw new Error('the sample has a chart')
const lock = {
  ...sampleBundle().lock,
  charts: ['infisical', 'external-secrets'].map(name => ({ ...chart, name, release: name, namespace: name })),
}

/** What a test of backups works with. */
export interface BackupSite {
  readonly postgres: PostgresServer
  readonly folder: string
  readonly identity: Secret
  readonly recipient: string
  readonly keys: Keys
  /** A host whose cluster has nothing but PostgreSQL's Service and its superuser's Secret. */
  bareHost(programs?: PodPrograms): Promise<SiteHost & { readonly cluster: MemoryCluster }>
  /** One on which the site is installed, with some data in its database. */
  installedHost(programs?: PodPrograms): Promise<SiteHost & { readonly cluster: MemoryCluster }>
  /** A statement by the superuser. */
  sql(statement: string, database?: string): Promise<Record<string, unknown>[]>
  /** The superuser's login to a database. */
  login(database: string): DatabaseLogin
  /** Puts tables and rows into Infisical's database. */
  fill(rows?: number): Promise<void>
  rows(table: string): Promise<number>
  /** The databases that Infisical's role has, or had. */
  databases(): Promise<unknown[]>
  /** Drops all of them but the one that it uses. */
  onlyInfisical(): Promise<void>
  stop(): Promise<void>
}

/** Starts PostgreSQL, with nothing of a site in it; `programs` is the folder of another version's, `keys` are another site's. */
export async function backupSite(
  opts: { readonly programs?: string; readonly keys?: Keys } = {},
): Promise<BackupSite> {
  const postgres = await startPostgres(opts)
  const folder = await mkdtemp(join(tmpdir(), 'sealift-backup-'))
  const keys = opts.keys ?? makeKeys(random)
  const { host, port, user, password } = postgres
  const login: DatabaseLogin = {
    host,
    port,
    user,
    password: new Secret(password),
    database: 'postgres',
    tls: 'disable',
  }
  const sql = async (statement: string, database = 'postgres') => {
    const session = await createPostgres().open({ ...login, database })
    try {
      return await session.query(statement)
    } finally {
      await session.close()
    }
  }
  const bareHost = (programs: PodPrograms = toServer(localPrograms({ bin: postgres.programs }), port)) =>
    hostOf(postgres, programs)
  const databases = async () => {
    const found = await sql(`SELECT datname FROM pg_database WHERE datname LIKE 'infisical%' ORDER BY 1`)
    return found.map(({ datname }) => datname)
  }
  return {
    ...{ postgres, folder, keys, bareHost, sql, databases, ...(await newIdentity()) },
    async installedHost(programs) {
      const made = await bareHost(programs)
      await install(made, keys)
      return made
    },
    login: database => ({ ...login, database }),
    async fill(rows = 20_000) {
      for (const statement of [
        'CREATE EXTENSION pg_trgm',
        'CREATE TABLE public.infisical_migrations (id serial PRIMARY KEY, name text)',
        `INSERT INTO infisical_migrations (name) SELECT 'm' || n FROM generate_series(1, 40) n`,
        'CREATE TABLE secrets (id serial PRIMARY KEY, value bytea)',
        `INSERT INTO secrets (value) SELECT sha256(n::text::bytea) FROM generate_series(1, ${rows}) n`,
        'CREATE INDEX ON secrets (value)',
      ])
        await sql(`SET ROLE infisical; ${statement}`, 'infisical')
    },
    rows: async table =>
      Number((await sql(`SELECT count(*)::int AS n FROM ${table}`, 'infisical'))[0]?.['n']),
    async onlyInfisical() {
      for (const name of await databases())
        if (name !== 'infisical') await sql(`DROP DATABASE "${name}" WITH (FORCE)`)
    },
    async stop() {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A host of a cluster in memory that has nothing but PostgreSQL's Service and its superuser's Secret. */
export async function hostOf(
  postgres: Pick<PostgresServer, 'host' | 'port' | 'user' | 'password'>,
  programs: PodPrograms,
): Promise<SiteHost & { readonly cluster: MemoryCluster }> {
  const { user: username, password } = postgres
  const cluster = await siteCluster(secretObject('databases', 'postgres-superuser', { username, password }))
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': postgres }
  cluster.behaviour.react = runPods
  const unused = () => {
    throw new Error('nobody asks for this here')
  }
  return {
    ...{ files: nodeFiles(), cluster, programs, database: createPostgres(), cache: createDragonfly() },
    ...{ clock, random, runtime: undefined, nodes: unused, imagesFolder: Object(undefined) },
    ...{ registryPush: unused, infisical: unused, issuers: Object(undefined), helmFrom: unused },
    ...{ platform: 'linux/amd64', operator: 'root@node1, process 1', manifests: shippedManifest },
  }
}

/** The programs of a pod reach its server at the Service's target port, which here is the one that was given. */
export function toServer(programs: PodPrograms, port: number): PodPrograms {
  return {
    ...programs,
    behindService: async (...words) => {
      const found = await programs.behindService(...words)
      return found && { ...found, port }
    },
  }
}

const deployment = (replicas: number): KubernetesObject => ({
  ...kinds.deployment,
  metadata: { name: 'infisical', namespace: 'infisical' },
  spec: { replicas, selector: { matchLabels: { app: 'infisical' } }, template: { metadata: {} } },
})

/** What the controllers of Deployments and ReplicaSets do. */
async function runPods(object: KubernetesObject, cluster: MemoryCluster): Promise<void> {
  if (object.kind !== 'Deployment') return
  const { replicas = 1 } = object['spec'] as { replicas?: number }
  const { replicas: up } = (object['status'] ?? {}) as { replicas?: number }
  if (up === replicas) return
  const status = { replicas, updatedReplicas: replicas, availableReplicas: replicas }
  await cluster.applyAs('controller', { ...kinds.deployment, metadata: object.metadata, status })
}

/** Makes the database of a site, and records it as installed. */
export async function install(
  host: SiteHost & { readonly cluster: MemoryCluster },
  keys: Keys,
  which = site,
): Promise<void> {
  const services = servicesOf(which, host, 'infisical')
  const own = await ownDatabase(services, undefined)
  await readyDatabase(services, own, 0)
  await record(host.cluster, keys, own.uri)
  await markDatabase(services, own, 'abcd')
  await host.cluster.applyAs('helm', deployment(2))
}

/** What an install with a database leaves on its cluster: keys, and the receipt. */
export async function record(cluster: MemoryCluster, keys: Keys, databaseUri: Secret): Promise<void> {
  const environment = { databaseUri, cacheUrl: new Secret('redis://x'), siteUrl: 'https://x', memory: {} }
  await storeKeys(cluster, { namespace: 'infisical', keys, environment })
  await writeReceipt(cluster, {
    ...{ site: site.metadata.name, bundle: `sha256:${'1'.repeat(64)}`, at: '2026-11-29T00:00:00.000Z' },
    ...{ key: 'unsigned', lock },
  })
}
