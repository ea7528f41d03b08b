/** A database of 1 GB copied inside its server and served again, and archives of dumps of any size. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import pg from 'pg'
import { compiling } from '../../scripts/compiling/index.ts'
import { startExecServer } from '../support/exec-server.ts'
import { type PostgresServer, startPostgres } from '../support/services.ts'
import { newIdentity } from '../unit/site/wire/escrow/escrows.ts'
import type { Given } from './backup-work.ts'
import type { Measured } from './measure.ts'
import type { Stage } from './stage.ts'

/** Bytes of the dumps whose archives are measured. */
export const dumps = { small: 100e6, large: 10e9 } as const

/** A server with a site's database, and what its archives are made with. */
export interface DatabaseBench {
  readonly server: PostgresServer
  readonly given: Given
}

const rows = 1_400_000
const names = {
  copied: 'infisical_before_bench',
  aside: 'infisical_failed_bench',
  restored: 'infisical_restored',
}
const password = 'of-the-bench'

/** A server with an empty database of Infisical's, durable as a site's is; compiles what is measured. */
export async function databaseBench(
  stage: Stage,
  closing: (() => Promise<unknown>)[],
): Promise<DatabaseBench> {
  const server = await startPostgres({ settings: { fsync: 'on' } })
  closing.push(() => server.stop())
  const exec = await startExecServer()
  closing.push(() => exec.stop())
  await sql(server, `CREATE ROLE infisical LOGIN PASSWORD '${password}'`)
  await sql(server, 'CREATE DATABASE infisical OWNER infisical')
  await build({
    entryPoints: [join(import.meta.dirname, 'backup-child.ts')],
    outfile: child(stage),
    ...compiling,
    splitting: false,
  })
  const { identity, recipient } = await newIdentity()
  const { host, port, user } = server
  const uri = `postgresql://infisical:${password}@postgres-cluster-rw.databases.svc/infisical?sslmode=disable`
  const given = {
    server: { host, port, user, password: server.password },
    ...{ uri, folder: '', path: '', programs: '' },
    ...{ identity: identity.reveal(), recipient, kubeconfig: exec.kubeconfig },
  }
  return { server, given }
}

/** The same with 1 GB in the database: as Infisical's secrets are, bytes that nobody can compress. */
export async function wayBackBench(
  stage: Stage,
  closing: (() => Promise<unknown>)[],
  log: (line: string) => void,
): Promise<DatabaseBench> {
  const bench = await databaseBench(stage, closing)
  log('filling the database: 1 GB')
  const value = Array.from({ length: 10 }, (_, i) => `sha512('${i}'::bytea || n::text::bytea)`).join(' || ')
  await sql(
    bench.server,
    `SET ROLE infisical;
     CREATE TABLE secrets AS SELECT n AS id, ${value} AS value FROM generate_series(1, ${rows}) n;
     ALTER TABLE secrets ADD PRIMARY KEY (id); CREATE INDEX ON secrets (substr(value, 1, 16));
     RESET ROLE; CHECKPOINT`,
    'infisical',
  )
  return bench
}

/** Copies the database, once there is no copy of it. */
export async function copyInside(stage: Stage, bench: DatabaseBench): Promise<Measured> {
  await drop(bench, names.copied)
  return run(stage, 'copy', bench.given)
}

/** Serves the copy again; it is made before, where there is none. */
export async function serveCopy(stage: Stage, bench: DatabaseBench): Promise<Measured> {
  await run(stage, 'copy', bench.given)
  const took = await run(stage, 'back', bench.given)
  await drop(bench, names.aside)
  return took
}

/** What people do without: the same database by its own tools, into a file and into another database. */
export async function dumpAndRestore(stage: Stage, { server }: DatabaseBench): Promise<Measured> {
  const file = join(stage.dir, 'infisical.dump')
  await sql(server, `CREATE DATABASE ${names.restored} OWNER infisical`)
  const words = (program: string, ...rest: string[]) => [
    ...['env', `PGPASSWORD=${password}`, join(server.programs, program)],
    ...['-h', server.host, '-p', String(server.port), '-U', 'infisical', ...rest],
  ]
  const took = await stage.measure([
    words('pg_dump', '-Fc', '-f', file, 'infisical'),
    words('pg_restore', '--no-owner', '-d', names.restored, file),
  ])
  await rm(file)
  await sql(server, `DROP DATABASE ${names.restored} WITH (FORCE)`)
  return took
}

/**
 * Writes the archive of a dump of so many bytes, which a program prints, or rehearses it: what is measured is between the
 * API server and the file. Nothing is in the database, so that no rows are missed.
 */
export async function archiveOf(
  stage: Stage,
  { server, given }: DatabaseBench,
  { size, how }: { readonly size: number; readonly how: 'write' | 'rehearse' },
): Promise<Measured> {
  const folder = join(stage.dir, `archive-${size}`)
  const programs = join(folder, 'programs')
  const version = await sql(server, 'SHOW server_version_num')
  const major = Math.floor(Number(version?.['server_version_num']) / 10_000)
  await mkdir(programs, { recursive: true })
  const write = async (name: string, work: string) => {
    const lines = [
      '#!/bin/sh',
      `[ "$1" = --version ] && echo '${name} (PostgreSQL) ${major}.0' && exit`,
      work,
    ]
    await writeFile(join(programs, name), `${lines.join('\n')}\n`)
    await chmod(join(programs, name), 0o755)
  }
  await write('pg_dump', `printf PGDMP; head -c ${size - 5} /dev/zero`)
  await write('pg_restore', 'cat >/dev/null')
  const told = { ...given, folder, programs }
  const written = await run(stage, 'write', told)
  const { path } = JSON.parse(written.stdout) as { path: string }
  const took = how === 'write' ? written : await run(stage, 'rehearse', { ...told, path })
  await rm(folder, { recursive: true })
  return took
}

const child = (stage: Stage) => join(stage.dir, 'backup-child.mjs')
const run = (stage: Stage, how: string, given: Given) =>
  stage.measure([[process.execPath, child(stage), how, JSON.stringify(given)]])
const drop = ({ server }: DatabaseBench, name: string) =>
  sql(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)

async function sql(
  server: PostgresServer,
  text: string,
  database = 'postgres',
): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ connectionString: server.uri(database) })
  await client.connect()
  try {
    const found = await client.query<Record<string, unknown>>(text)
    return found.rows?.[0]
  } finally {
    await client.end()
  }
}
