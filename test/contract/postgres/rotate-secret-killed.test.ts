/** Runs that are killed at any of their calls, before it or after it was done. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { asSuperuser, type RotationSite, rotating, rotationSite } from './rotation-site.ts'

let postgres: PostgresServer
let site: RotationSite

beforeAll(async () => {
  postgres = await startPostgres()
  await asSuperuser(
    postgres,
    'CREATE ROLE app LOGIN',
    'CREATE ROLE app_b LOGIN',
    'CREATE DATABASE app OWNER app',
  )
})
afterAll(() => postgres?.stop())

const admin = { admin: { namespace: 'databases', name: 'postgres-superuser' } }

/** The database port, the cluster and the server, of which the nth call that could change something ends the run. */
function killedAt(site: RotationSite, nth: number) {
  let calls = 0
  const count = () => {
    calls += 1
    if (calls === nth) throw new Error('killed')
  }
  const { cluster, infisical } = site
  const { apply } = cluster
  cluster.apply = async object => {
    if (object.kind === 'Lease') return await apply(object)
    const before = calls
    count()
    const applied = await apply(object)
    // After it was done as well as before.
    if (calls === before + 1) count()
    return applied
  }
  infisical.rotation.before = count
  const restore = () => {
    cluster.apply = apply
    infisical.rotation.before = () => {}
  }
  const database = {
    open: async (login: Parameters<typeof site.database.open>[0]) => {
      count()
      const session = await site.database.open(login)
      return {
        ...session,
        query: async (...words: Parameters<typeof session.query>) => {
          const rows = await session.query(...words)
          // It was done, and nobody heard of it.
          if (words[0].startsWith('ALTER')) count()
          return rows
        },
      }
    },
  }
  return { database, restore, wasKilled: () => calls >= nth }
}

describe.each([
  ['one role', {}],
  ['two roles', { ...admin, roles: ['app', 'app_b'] }],
])('a run with %s that is killed anywhere', (_, fields) => {
  it('is ended by the next one, with the password that was stored', async () => {
    const file = rotating(postgres, fields)
    let rounds = 0
    for (let nth = 1; ; nth += 1) {
      await asSuperuser(postgres, "ALTER ROLE app PASSWORD 'old'", "ALTER ROLE app_b PASSWORD 'unknown'")
      site = await rotationSite(postgres)
      const { database, restore, wasKilled } = killedAt(site, nth)
      await site.rotate(file, { database }).catch(() => {})
      restore()
      if (!wasKilled()) break
      rounds += 1
      const stored = (await site.pending())?.['password']
      await site.rotate(file)
      const [user, password] = [site.secret('DB_USER') ?? '', site.secret('POSTGRES_PASSWORD') ?? '']
      expect(await site.logsIn(user, password)).toBe(true)
      expect(await site.arrived()).toEqual({ username: user, password })
      expect(await site.pending()).toEqual({})
      if (stored !== undefined) expect(password).toBe(stored)
    }
    expect(rounds).toBeGreaterThan(8)
  })
})
