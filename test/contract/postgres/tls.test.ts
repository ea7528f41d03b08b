import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { type DatabaseLogin, Secret } from '../../../src/kernel/ports/index.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

const folder = mkdtempSync(join(tmpdir(), 'sealift-tls-'))
const postgres = createPostgres()
let server: PostgresServer
let login: DatabaseLogin

beforeAll(async () => {
  const key = join(folder, 'key.pem')
  const certificate = join(folder, 'cert.pem')
  const subject = ['-subj', '/CN=pg', '-addext', 'subjectAltName=DNS:pg.databases.svc']
  const files = ['-keyout', key, '-out', certificate]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files],
    {
      stdio: 'pipe',
    },
  )
  chmodSync(folder, 0o755)
  if (process.getuid?.() === 0) {
    const [uid, gid] = ['-u', '-g'].map(flag =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
    )
    chownSync(key, uid ?? statSync(key).uid, gid ?? statSync(key).gid)
  }
  server = await startPostgres({ settings: { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key } })
  const { host, port, user } = server
  login = { host, port, user, password: new Secret(server.password), database: 'postgres', tls: 'require' }
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function encrypted(how: Partial<DatabaseLogin>): Promise<unknown> {
  const session = await postgres.open({ ...login, ...how })
  const [row] = await session.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
  await session.close()
  return row?.['ssl']
}

describe('TLS to PostgreSQL', () => {
  it('encrypts with require, and trusts any certificate', async () => {
    expect(await encrypted({ tls: 'require' })).toBe(true)
    expect(await encrypted({ tls: 'disable' })).toBe(false)
  })

  it("checks the certificate and the server's own name with verify-full, through a forwarded port too", async () => {
    const ca = readFileSync(join(folder, 'cert.pem'), 'utf8')
    expect(await encrypted({ tls: 'verify-full', ca, serverName: 'pg.databases.svc' })).toBe(true)
    const other = await rejection(encrypted({ tls: 'verify-full', ca, serverName: 'other.databases.svc' }))
    expect(other.code).toBe('DATABASE_UNREACHABLE')
    expect(other.hints).toEqual(['The certificate is not trusted: check database.ca and database.host.'])
    const untrusted = await rejection(encrypted({ tls: 'verify-full', serverName: 'pg.databases.svc' }))
    expect(untrusted.code).toBe('DATABASE_UNREACHABLE')
  })
})
