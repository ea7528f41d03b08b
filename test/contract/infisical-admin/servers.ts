/** Stand-ins that one PostgreSQL keeps the data of, for tests of who administers them. */
import pg from 'pg'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import type { Infisical } from '../../../src/kernel/ports/index.ts'
import { newKeys, startStandIn } from '../../support/infisical/process.ts'
import { hashPassword } from '../../support/infisical/server/passwords.ts'
import { startPostgres, startRedis } from '../../support/services.ts'
import { systemClock } from '../infisical-client/system.ts'

/** A server that nobody has set up yet. */
export interface FreshServer {
  readonly url: string
  readonly infisical: Infisical
  /** All that it has printed. */
  output(): string
  /** One statement in its database. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, string>[]>
  /** Makes it one that nobody has set up. */
  forget(): Promise<void>
  /** A user with a password in an organisation of this name, which is made where there is none. */
  addUser(email: string, password: string, organization: string, role: string): Promise<void>
}

/** Where they come from. */
export interface Servers {
  /** `env` has what only this one shall be told. */
  start(env?: Readonly<Record<string, string>>): Promise<FreshServer>
  stop(): Promise<void>
}

/** Starts what the servers need. */
export async function startServers(): Promise<Servers> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const ends: (() => Promise<unknown>)[] = []
  const start: Servers['start'] = async (env = {}) => {
    const uri = await postgres.createDatabase(`infisical_${ends.length}`)
    const urls = { DB_CONNECTION_URI: uri, REDIS_URL: redis.url(), SITE_URL: 'http://infisical.test' }
    const standIn = await startStandIn({ ...newKeys(), ...urls, ...env })
    ends.push(() => standIn.stop())
    await standIn.ready()
    const sql: FreshServer['sql'] = async (text, values = []) => {
      const client = new pg.Client(uri)
      await client.connect()
      return (await client.query(text, [...values]).finally(() => client.end())).rows
    }
    const addUser: FreshServer['addUser'] = async (email, password, organization, role) => {
      const known = await sql('SELECT id FROM organizations WHERE name = $1', [organization])
      const made = 'INSERT INTO organizations (name, slug) VALUES ($1, $2) RETURNING id'
      const [org] = known.length > 0 ? known : await sql(made, [organization, `${organization}-${email}`])
      const user = `INSERT INTO users (username, email, "hashedPassword") VALUES ($1, $1, $2)
        ON CONFLICT (username) DO UPDATE SET "updatedAt" = now() RETURNING id`
      const [{ id } = {}] = await sql(user, [email, await hashPassword(password)])
      const member = 'INSERT INTO org_memberships ("userId", "orgId", role) VALUES ($1, $2, $3)'
      await sql(member, [id, org?.['id'], role])
    }
    const forget = async () => {
      await sql('TRUNCATE users, organizations, identities CASCADE')
      await sql('UPDATE super_admin SET initialized = false')
    }
    const infisical = createInfisical({ baseUrl: standIn.url, clock: systemClock })
    return { url: standIn.url, infisical, output: () => standIn.output(), sql, forget, addUser }
  }
  const stop = async () => {
    for (const end of ends) await end()
    await Promise.all([postgres.stop(), redis.stop()])
  }
  return { start, stop }
}

/** What an install does of it, as the admin of `openova`. */
export const bootstrapping = {
  email: 'admin@site.local',
  organization: 'openova',
  namespace: 'infisical',
} as const
