import { connectError } from '../../../src/adapters/postgres/errors.ts'
import type { Database, DatabaseLogin, DatabaseSession } from '../../../src/kernel/ports/index.ts'
import type { Superuser, ToldRole } from './superuser.ts'

interface MemoryDatabase {
  owner: string
  encoding: string
  /** Whether every role may connect. */
  open: boolean
  tables: readonly string[]
}

/** A PostgreSQL in memory: as much as Sealift asks of one that CloudNativePG runs. */
export interface MemoryPostgres extends Database {
  readonly superuser: Superuser
  readonly roles: Map<string, Omit<ToldRole, 'name'>>
  readonly databases: Map<string, MemoryDatabase>
  /** How many of its 100 connections others have. */
  used: number
}

const refusal = (code: string, message: string) => Object.assign(new Error(message), { code })

/** Makes it, with an application's role and database, as a Cluster is made. */
export function memoryPostgres(): MemoryPostgres {
  const roles: MemoryPostgres['roles'] = new Map()
  const databases: MemoryPostgres['databases'] = new Map()
  const fresh = (owner: string, encoding = 'UTF8') => ({ owner, encoding, open: true, tables: [] })
  const superuser: Superuser = {
    async role({ name, ...told }) {
      const password = told.password ?? roles.get(name)?.password
      roles.set(name, { ...told, password })
    },
    async dropRole(name) {
      if ([...databases.values()].some(({ owner }) => owner === name))
        throw refusal(
          '2BP01',
          `role "${name}" cannot be dropped because some objects depend on it (SQLSTATE 2BP01)`,
        )
      roles.delete(name)
    },
    async database({ name, owner, encoding }) {
      if (!roles.has(owner)) throw refusal('42704', `role "${owner}" does not exist (SQLSTATE 42704)`)
      const there = databases.get(name)
      databases.set(name, there ? { ...there, owner } : fresh(owner, encoding))
    },
    async dropDatabase(name) {
      databases.delete(name)
    },
  }
  roles.set('app', { password: 'apps-own', createdb: false, comment: '' })
  databases.set('app', fresh('app'))
  databases.set('postgres', fresh('postgres'))
  const postgres: MemoryPostgres = { superuser, roles, databases, used: 10, open }

  async function open(login: DatabaseLogin): Promise<DatabaseSession> {
    const refused = (code: string, message: string) => connectError(refusal(code, message), login)
    if (roles.get(login.user)?.password !== login.password.reveal())
      throw refused('28P01', `password authentication failed for user "${login.user}"`)
    const database = databases.get(login.database)
    if (database === undefined) throw refused('3D000', `database "${login.database}" does not exist`)
    if (!database.open && database.owner !== login.user)
      throw refused('42501', `permission denied for database "${login.database}"`)
    return {
      query: async (sql, [wanted = ''] = []) => answer(sql, String(wanted), login),
      identifier: name => `"${name}"`,
      literal: text => `'${text}'`,
      close: async () => {},
    }
  }

  function answer(sql: string, wanted: string, { user, database }: DatabaseLogin): Record<string, unknown>[] {
    const own = databases.get(database)
    if (sql.includes('rolcreatedb AS may')) return [{ may: roles.get(user)?.createdb === true }]
    // No upgrade was here.
    if (sql.includes('AS kept FROM pg_database') || sql.startsWith('SET statement_timeout')) return []
    if (sql.includes('server_version_num')) {
      const { encoding = '' } = own ?? {}
      const version = { number: 160004, version: '16.4' }
      return [{ ...version, encoding, maximum: 100, reserved: 3, used: postgres.used }]
    }
    if (sql.includes('infisical_migrations')) {
      const tables = own?.tables ?? []
      return [{ tables: tables.length, infisical: tables.includes('infisical_migrations') }]
    }
    if (sql.includes('datdba')) {
      const found = databases.get(wanted)
      return found ? [{ owner: found.owner, encoding: found.encoding }] : []
    }
    if (sql.includes('shobj_description')) {
      const found = roles.get(wanted)
      return found ? [{ comment: found.comment }] : []
    }
    const [, verb, name = ''] = /^(REVOKE ALL ON|CREATE) DATABASE "(.*?)"/.exec(sql) ?? []
    const named = databases.get(name)
    if (verb?.startsWith('REVOKE') && named?.owner === user) named.open = false
    else if (verb === 'CREATE' && roles.get(user)?.createdb) databases.set(name, fresh(user))
    else if (sql !== 'SELECT 1') throw refusal('42501', `must be owner: ${sql}`)
    return []
  }
  return postgres
}
