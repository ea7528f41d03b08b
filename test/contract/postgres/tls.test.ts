import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { type DatabaseLogin, Secret } from '../../../src/kernel/ports/index.ts'
import { startTlsPostgres, type TlsPostgres } from '../../support/tls-postgres.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

const postgres = createPostgres()
let server: TlsPostgres
let login: DatabaseLogin

beforeAll(async () => {
  server = await startTlsPostgres(['pg.databases.svc'])
  const { host, port, user } = server
  login = { host, port, user, password: new Secret(server.password), database: 'postgres', tls: 'require' }
})
afterAll(() => server.stop())

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
    const { ca } = server
    expect(await encrypted({ tls: 'verify-full', ca, serverName: 'pg.databases.svc' })).toBe(true)
    const other = await rejection(encrypted({ tls: 'verify-full', ca, serverName: 'other.databases.svc' }))
    expect(other.code).toBe('DATABASE_UNREACHABLE')
    expect(other.hints).toEqual(['The certificate is not trusted: check database.ca and database.host.'])
    const untrusted = await rejection(encrypted({ tls: 'verify-full', serverName: 'pg.databases.svc' }))
    expect(untrusted.code).toBe('DATABASE_UNREACHABLE')
  })
})
