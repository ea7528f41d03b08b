import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { type DatabaseLogin, Secret } from '../../../src/kernel/ports/index.ts'
import { freePort } from '../../support/free-port.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

let server: PostgresServer
let login: DatabaseLogin
const postgres = createPostgres()

beforeAll(async () => {
  server = await startPostgres()
  const { host, port, user } = server
  login = { host, port, user, password: new Secret(server.password), database: 'postgres', tls: 'disable' }
})
afterAll(() => server.stop())

describe('a PostgreSQL session', () => {
  it('asks with parameters and gives rows', async () => {
    const session = await postgres.open(login)
    expect(await session.query('SELECT $1::text AS a, 2 AS b', ["o'hara"])).toEqual([{ a: "o'hara", b: 2 }])
    expect(await session.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '30s' }])
    await session.close()
  })

  it('has nothing set where it is to be bare', async () => {
    const session = await postgres.open({ ...login, bare: true })
    expect(await session.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '0' }])
    await session.close()
  })

  it("calls PostgreSQL's own functions where no other names are wanted, whoever has made one that fits better", async () => {
    const [free, own] = [await postgres.open(login), await postgres.open({ ...login, catalogOnly: true })]
    const theirs = 'public.shobj_description(oid, text)'
    await free.query(`CREATE FUNCTION ${theirs} RETURNS text LANGUAGE sql AS $$ SELECT 'theirs' $$`)
    const sql =
      "SELECT shobj_description(oid, 'pg_database') AS said FROM pg_database WHERE datname = 'template0'"
    expect(await free.query(sql)).toEqual([{ said: 'theirs' }])
    expect(await own.query(sql)).toEqual([{ said: 'unmodifiable empty database' }])
    await free.query(`DROP FUNCTION ${theirs}`)
    await Promise.all([free.close(), own.close()])
  })

  it('quotes names and texts', async () => {
    const session = await postgres.open(login)
    const sql = `SELECT ${session.literal("it's \\ so")} AS ${session.identifier('a"b')}`
    expect(await session.query(sql)).toEqual([{ 'a"b': "it's \\ so" }])
    await session.close()
  })

  it("throws PostgreSQL's code and message for a bad statement", async () => {
    const session = await postgres.open(login)
    await expect(session.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' })
    await session.close()
  })

  it('says that the server has ended the connection, then and at whatever follows', async () => {
    const session = await postgres.open({ ...login, serverName: 'pg.databases.svc' })
    const lost = {
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringMatching(/^cannot reach PostgreSQL at pg\.databases\.svc: /),
    }
    await expect(session.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject(lost)
    await expect(session.query('SELECT 1')).rejects.toMatchObject(lost)
    await session.close()
  })

  it('refuses a wrong password without showing it', async () => {
    const error = await rejection(postgres.open({ ...login, password: new Secret('wrong-horse') }))
    expect(error.code).toBe('DATABASE_DENIED')
    expect(error.message).toBe(
      `PostgreSQL at 127.0.0.1:${login.port} refused user postgres: password authentication failed for user "postgres"`,
    )
    expect(inspect(error, { depth: 9 })).not.toContain('wrong-horse')
  })

  it("says a database's name that is not there", async () => {
    const error = await rejection(postgres.open({ ...login, database: 'nowhere' }))
    expect(error.code).toBe('DATABASE_UNFIT')
    expect(error.message).toContain('database "nowhere" does not exist')
  })

  it('says that nothing listens', async () => {
    const port = await freePort()
    const error = await rejection(postgres.open({ ...login, port, serverName: 'pg.databases.svc' }))
    expect(error.code).toBe('DATABASE_UNREACHABLE')
    expect(error.message).toMatch(/^cannot reach PostgreSQL at pg\.databases\.svc: /)
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('says that a name does not resolve', async () => {
    const error = await rejection(postgres.open({ ...login, host: 'no-such-host.invalid' }))
    expect(error.code).toBe('DATABASE_UNREACHABLE')
  })

  it('says that the server has no TLS, and what to set', async () => {
    const error = await rejection(postgres.open({ ...login, tls: 'require' }))
    expect(error.code).toBe('DATABASE_UNREACHABLE')
    expect(error.hints).toEqual([
      'This server has no TLS. If that is meant to be so, set database.tls to disable.',
    ])
  })

  it('says goodbye, and does not wait for a way that never tells that the server has gone', async () => {
    const sockets: Socket[] = []
    let last = Buffer.alloc(0)
    const way = createServer({ allowHalfOpen: true }, socket => {
      const there = connect({ port: login.port, host: login.host, allowHalfOpen: true })
      sockets.push(socket, there)
      socket.on('data', bytes => {
        last = bytes
        there.write(bytes)
      })
      there.on('data', bytes => socket.write(bytes))
    })
    const port = await freePort()
    await new Promise<void>(resolve => way.listen(port, '127.0.0.1', resolve))
    const session = await postgres.open({ ...login, port })
    const gone = once(sockets[1] as Socket, 'end')
    await session.close()
    await gone // the server has understood
    expect(last).toEqual(Buffer.from('X\0\0\0\x04'))
    for (const socket of sockets) socket.destroy()
    way.close()
  })

  it('gives up on a server that hangs up', async () => {
    const hanging = createServer(socket => socket.destroy())
    const port = await freePort()
    await new Promise<void>(resolve => hanging.listen(port, '127.0.0.1', resolve))
    const error = await rejection(postgres.open({ ...login, port }))
    expect(error.code).toBe('DATABASE_UNREACHABLE')
    hanging.close()
  })
})
