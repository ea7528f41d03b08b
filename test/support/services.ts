/**
 * Real PostgreSQL and Redis servers on loopback for tests, from Debian's packages.
 * Each has its own temporary folder and port, and is stopped by the process id it was started with.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { killWhole } from './killed-server.ts'
import { newerPostgres } from './newer-postgres.ts'

export { type StrictRedis, startStrictRedis } from './strict-redis.ts'

/** Debian packages that {@link startPostgres} and {@link startRedis} need. */
export const servicePackages = ['postgresql', 'redis-server'] as const

/** A running PostgreSQL; `user` is a superuser with a password (SCRAM). */
export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Folder of its programs: pg_dump and the like. */
  readonly programs: string
  /** Connection URI of database `db` (default `postgres`), as the superuser. */
  uri(db?: string): string
  /** Creates an empty database and gives its URI. */
  createDatabase(db: string): Promise<string>
  /** What it has logged. */
  log(): string
  /** Kills the server and every process of it at once, as the end of its container does; its data stays. */
  crash(): Promise<void>
  /** Starts it again after a crash, on its data and its port. */
  restart(): Promise<void>
  /** Stops the server and deletes its data. */
  stop(): Promise<void>
}

/** A running Redis with a password for the default user. */
export interface RedisServer {
  readonly host: string
  readonly port: number
  readonly password: string
  /** `redis://…` URL of database number `db` (default 0). */
  url(db?: number): string
  stop(): Promise<void>
}

const host = '127.0.0.1'

/** PostgreSQL refuses to run as root; Debian's package makes a `postgres` user for it. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Folder of PostgreSQL's programs: Debian's own, or the newer ones where SEALIFT_TEST_POSTGRES is 17. */
async function binaries(): Promise<string> {
  return process.env['SEALIFT_TEST_POSTGRES'] === '17' ? await newerPostgres() : debianPostgres()
}

/** The same of Debian's own. @throws Error where the package is not installed */
export function debianPostgres(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions
    .map(version => join(root, version, 'bin'))
    .find(dir => existsSync(join(dir, 'initdb')))
  if (!found) throw new Error(`no PostgreSQL server below ${root}: install the package postgresql`)
  return found
}

/** Waits until `ready` stops throwing; fails at once when the process is gone, or after 30 s. */
async function until(child: ChildProcess, log: () => string, ready: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${log()}`)
    try {
      return await ready()
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`the server is not ready after 30 s:\n${log()}`, { cause: error })
      await sleep(50)
    }
  }
}

/** Starts `command`; the returned `stop` sends `signal`, waits for the end and deletes `folder`. */
function run(
  command: string,
  args: string[],
  options: { folder: string; signal: NodeJS.Signals; input?: string },
) {
  const child = spawn(command, args, { ...owner(), cwd: options.folder, stdio: 'pipe' })
  let output = ''
  const keep = (chunk: unknown) => {
    output += String(chunk)
  }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', keep)
  child.stdin.end(options.input ?? '')
  const ended = once(child, 'exit')
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(options.signal)
      await ended
    }
    rmSync(options.folder, { recursive: true, force: true })
  }
  return { child, log: () => output, stop }
}

function folderFor(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sealift-${name}-`))
  const user = owner()
  if (user) chownSync(folder, user.uid, user.gid)
  return folder
}

/**
 * Starts a PostgreSQL of its own (UTF-8, SCRAM, durability off).
 * `settings` are server settings, for example `{ max_connections: '20' }`; `programs` is the folder of another version.
 */
export async function startPostgres(
  opts: { readonly settings?: Readonly<Record<string, string>>; readonly programs?: string } = {},
): Promise<PostgresServer> {
  const bin = opts.programs ?? (await binaries())
  const folder = folderFor('postgres')
  const [user, password] = ['postgres', randomBytes(12).toString('hex')]
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o644 })
  const data = join(folder, 'data')
  const initdb = [
    '-D',
    data,
    '-U',
    user,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--no-sync',
  ]
  execFileSync(join(bin, 'initdb'), [...initdb, '--locale=C.UTF-8'], {
    ...owner(),
    cwd: folder,
    stdio: 'pipe',
  })
  rmSync(passwordFile)
  const port = await freePort()
  const settings = { fsync: 'off', listen_addresses: host, port: String(port), ...opts.settings }
  const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  // SIGINT is PostgreSQL's "fast" shutdown: it does not wait for clients.
  const start = () =>
    run(join(bin, 'postgres'), ['-D', data, '-k', folder, ...args], { folder, signal: 'SIGINT' })
  let server = start()
  const uri = (db = 'postgres') => `postgres://${user}:${password}@${host}:${port}/${db}`
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: uri() })
    client.on('error', () => {})
    await client.connect()
    await client.query(text).finally(() => client.end())
  }
  const started = () => until(server.child, server.log, () => query('SELECT 1'))
  await started()
  const createDatabase = async (db: string) => {
    await query(`CREATE DATABASE ${pg.escapeIdentifier(db)}`)
    return uri(db)
  }
  return {
    host,
    port,
    user,
    password,
    programs: bin,
    uri,
    createDatabase,
    log: () => server.log(),
    crash: () => killWhole(server.child),
    restart: async () => {
      // A process that was just being born when its server was killed ends by itself, and holds the memory until then.
      for (const end = Date.now() + 15_000; ; await sleep(200)) {
        server = start()
        try {
          return await started()
        } catch (error) {
          if (!server.log().includes('pre-existing shared memory') || Date.now() > end) throw error
        }
      }
    },
    stop: () => server.stop(),
  }
}

/** Starts a Redis of its own, without persistence; `args` are more lines of its configuration file. */
export async function startRedis(opts: { readonly args?: readonly string[] } = {}): Promise<RedisServer> {
  const folder = folderFor('redis')
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  // The configuration goes through stdin, so that the password is in no argument list.
  const lines = [`bind ${host}`, `port ${port}`, `dir ${folder}`, `requirepass ${password}`, 'save ""']
  const input = [...lines, 'maxmemory-policy noeviction', ...(opts.args ?? []), ''].join('\n')
  const server = run('redis-server', ['-'], { folder, signal: 'SIGTERM', input })
  const url = (db = 0) => `redis://default:${password}@${host}:${port}/${db}`
  await until(server.child, server.log, async () => {
    const client = new Redis(url(), { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
    client.on('error', () => {})
    await client.connect()
    await client.ping().finally(() => client.disconnect())
  })
  return { host, port, password, url, stop: server.stop }
}
