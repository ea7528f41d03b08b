import { readFileSync, rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { type DatabaseLogin, type DatabaseSession, Secret } from '../../../src/kernel/ports/index.ts'
import {
  checkDatabase,
  type DatabaseTarget,
  databaseState,
  dropDatabase,
  prepareDatabase,
  targetState,
} from '../../../src/site/wire/index.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { countingRandom, rejection } from '../../unit/site/wire/memory.ts'

let server: PostgresServer
let root: DatabaseLogin
let session: DatabaseSession
let log: string
const postgres = createPostgres()
const random = countingRandom()
const target: DatabaseTarget = {
  name: 'infisical',
  user: 'infisical',
  password: new Secret('Sl-a-password-nobody-logs'),
}

beforeAll(async () => {
  log = `/tmp/sealift-postgres-log-${process.pid}`
  server = await startPostgres({
    settings: { log_statement: 'all', logging_collector: 'on', log_directory: log, log_filename: 'all.log' },
  })
  const { host, port, user } = server
  root = { host, port, user, password: new Secret(server.password), database: 'postgres', tls: 'disable' }
})
afterAll(async () => {
  await server.stop()
  rmSync(log, { recursive: true, force: true })
})

beforeEach(async () => {
  session = await postgres.open(root)
})
afterEach(async () => {
  await dropDatabase(postgres, root, target)
  await session.close()
})

function own(): DatabaseLogin {
  return { ...root, user: target.user, password: target.password, database: target.name }
}

describe('prepareDatabase', () => {
  it('makes a role that owns a UTF-8 database of its own, closed to others', async () => {
    expect(await prepareDatabase(postgres, root, target, random)).toEqual({
      role: 'created',
      database: 'created',
    })
    const inside = await postgres.open(own())
    await inside.query('CREATE TABLE t (a int)')
    const facts = await checkDatabase(inside, 20, target.name)
    expect(facts).toMatchObject({ encoding: 'UTF8', maxConnections: 100 })
    expect(await databaseState(inside)).toEqual({ infisical: false, tables: 1 })
    await inside.close()
    await session.query(`CREATE ROLE stranger LOGIN PASSWORD 'x'`)
    const stranger = { ...own(), user: 'stranger', password: new Secret('x') }
    expect((await rejection(postgres.open(stranger))).code).toBe('DATABASE_DENIED')
    await session.query('DROP ROLE stranger')
  })

  it('changes nothing the second time', async () => {
    await prepareDatabase(postgres, root, target, random)
    expect(await prepareDatabase(postgres, root, target, random)).toEqual({
      role: 'unchanged',
      database: 'unchanged',
    })
  })

  it('gives its own role a new password', async () => {
    await prepareDatabase(postgres, root, target, random)
    const other = { ...target, password: new Secret('Sl-another-password') }
    expect(await prepareDatabase(postgres, root, other, random)).toEqual({
      role: 'changed',
      database: 'unchanged',
    })
    expect((await rejection(postgres.open(own()))).code).toBe('DATABASE_DENIED')
  })

  it("leaves a stranger's role alone", async () => {
    await session.query(`CREATE ROLE infisical LOGIN PASSWORD 'theirs'`)
    const error = await rejection(prepareDatabase(postgres, root, target, random))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(error.message).toBe('role infisical is in PostgreSQL already, and Sealift did not make it')
    expect((await rejection(targetState(postgres, root, target))).message).toBe(error.message)
    const theirs = await postgres.open({ ...root, user: 'infisical', password: new Secret('theirs') })
    await theirs.close()
    await session.query('DROP ROLE infisical')
  })

  it("leaves a stranger's database alone, also when dropping", async () => {
    await session.query('CREATE DATABASE infisical')
    const error = await rejection(prepareDatabase(postgres, root, target, random))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(error.message).toBe('database infisical is there already and belongs to postgres')
    expect((await rejection(targetState(postgres, root, target))).code).toBe('FOREIGN_INSTALL')
    expect(await session.query(`SELECT 1 FROM pg_roles WHERE rolname = 'infisical'`)).toEqual([])
    expect(await dropDatabase(postgres, root, target)).toBe('the database belongs to postgres')
    await session.query('DROP DATABASE infisical')
  })

  it('says why it drops nothing: a role that lost its comment, a database that was given away', async () => {
    await prepareDatabase(postgres, root, target, random)
    await session.query('COMMENT ON ROLE infisical IS NULL')
    expect(await dropDatabase(postgres, root, target)).toMatch(/^the role no longer bears the comment /)
    expect((await rejection(targetState(postgres, root, target))).code).toBe('FOREIGN_INSTALL')
    await session.query(`COMMENT ON ROLE infisical IS 'Made by Sealift for Infisical'`)
    await session.query('ALTER DATABASE infisical OWNER TO postgres')
    expect(await dropDatabase(postgres, root, target)).toBe('the database belongs to postgres')
    expect(await session.query(`SELECT 1 FROM pg_roles WHERE rolname = 'infisical'`)).toEqual([])
    await session.query('DROP DATABASE infisical')
    expect(await dropDatabase(postgres, root, target)).toBeUndefined()
  })

  it('refuses its own database in another encoding', async () => {
    await prepareDatabase(postgres, root, target, random)
    await session.query('DROP DATABASE infisical')
    await session.query(
      `CREATE DATABASE infisical OWNER infisical ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`,
    )
    const error = await rejection(prepareDatabase(postgres, root, target, random))
    expect(error.code).toBe('DATABASE_UNFIT')
    expect(error.faults).toEqual(['database infisical has encoding SQL_ASCII; Infisical needs UTF8'])
  })

  it('works for an administrator who is no superuser', async () => {
    await session.query(`CREATE ROLE dba LOGIN CREATEROLE CREATEDB PASSWORD 'dba'`)
    const dba = { ...root, user: 'dba', password: new Secret('dba') }
    expect(await prepareDatabase(postgres, dba, target, random)).toEqual({
      role: 'created',
      database: 'created',
    })
    expect(await session.query(`SELECT pg_has_role('dba', 'infisical', 'USAGE') AS member`)).toEqual([
      { member: false },
    ])
    await dropDatabase(postgres, dba, target)
    expect(await targetState(postgres, root, target)).not.toHaveProperty('state')
    await session.query('DROP ROLE dba')
  })

  it('says which rights are missing, and leaves nothing half-done', async () => {
    await session.query(`CREATE ROLE nobody LOGIN PASSWORD 'n'`)
    const nobody = { ...root, user: 'nobody', password: new Secret('n') }
    const error = await rejection(prepareDatabase(postgres, nobody, target, random))
    expect(error.code).toBe('DATABASE_DENIED')
    expect(error.message).toContain('nobody may not make role and database')
    const before = await rejection(targetState(postgres, nobody, target))
    expect(before.message).toBe('nobody may not make role and database: it lacks CREATEROLE or CREATEDB')
    expect(error.hints).toEqual(['database.admin needs CREATEROLE and CREATEDB, or use database.uri.'])
    expect(await session.query(`SELECT 1 FROM pg_roles WHERE rolname = 'infisical'`)).toEqual([])
    await session.query('DROP ROLE nobody')
  })
})

describe('the target database', () => {
  it('shows whether Infisical is in it', async () => {
    expect(await targetState(postgres, root, target)).not.toHaveProperty('state')
    await prepareDatabase(postgres, root, target, random)
    expect((await targetState(postgres, root, target)).state).toEqual({ infisical: false, tables: 0 })
    const inside = await postgres.open(own())
    await inside.query('CREATE TABLE infisical_migrations (id int)')
    await inside.close()
    expect((await targetState(postgres, root, target)).state).toEqual({ infisical: true, tables: 1 })
  })

  it('is refused when too few connections are free', async () => {
    const error = await rejection(checkDatabase(session, 98, target.name))
    expect(error.code).toBe('DATABASE_UNFIT')
    expect(error.faults).toEqual(['97 of 100 connections are free; Infisical may open 98'])
  })
})

describe("the server's log of every statement", () => {
  it('has the statements and no password', async () => {
    await prepareDatabase(postgres, root, target, random)
    const text = readFileSync(`${log}/all.log`, 'utf8')
    expect(text).toContain('CREATE ROLE "infisical" LOGIN PASSWORD \'SCRAM-SHA-256$4096:')
    expect(text).not.toContain(target.password.reveal())
    expect(text).not.toContain('Sl-another-password')
    expect(text).not.toContain(server.password)
  })
})
