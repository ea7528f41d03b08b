/** What others do while a password is given anew, and what stands before PostgreSQL. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SealiftError } from '../../../src/kernel/errors/index.ts'
import type { Database } from '../../../src/kernel/ports/index.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { asSuperuser, type RotationSite, rotating, rotationSite } from './rotation-site.ts'

let postgres: PostgresServer
let site: RotationSite

beforeAll(async () => {
  postgres = await startPostgres()
  await asSuperuser(postgres, 'CREATE ROLE app LOGIN', 'CREATE DATABASE app OWNER app')
})
afterAll(() => postgres?.stop())
beforeEach(async () => {
  await asSuperuser(postgres, "ALTER ROLE app PASSWORD 'old' CONNECTION LIMIT -1")
  site = await rotationSite(postgres)
})

const admin = { admin: { namespace: 'databases', name: 'postgres-superuser' } }

/** What PostgreSQL and newer PgBouncers say, and what PgBouncer 1.18 was seen to say. */
const ofPostgres = { code: '28P01', message: 'password authentication failed for user "app"' }
const refusals = [ofPostgres, { code: '08P01', message: 'SASL authentication failed' }]

/** A pooler that has passwords of its own, and lets the role in with that alone. */
const pooler = (known: string, { code, message } = ofPostgres): Database => ({
  open: async login => {
    if (login.user !== 'app' || login.password.reveal() === known) return await site.database.open(login)
    throw new SealiftError('DATABASE_DENIED', 'refused', {
      cause: Object.assign(new Error(message), { code }),
    })
  },
})

it.each([
  ['the role', {}],
  ['an administrator', admin],
])(
  'what a pooler does not let in is put back by %s, and tried again with the same password',
  async (_, fields) => {
    const file = rotating(postgres, fields)
    const { failed } = await site.rotate(file, { database: pooler('old') })
    expect(failed).toMatchObject([
      { code: 'PROOF_FAILED', why: expect.stringContaining('It has its earlier one again') },
    ])
    expect(await site.logsIn('app', 'old')).toBe(true)
    expect(site.secret('POSTGRES_PASSWORD')).toBe('old')
    const stored = (await site.pending())?.['password']
    await site.rotate(file)
    expect(site.secret('POSTGRES_PASSWORD')).toBe(stored)
    expect(await site.logsIn('app', stored ?? '')).toBe(true)
  },
)

it.each(refusals)('a pooler says so by $code', async refusal => {
  const { failed } = await site.rotate(rotating(postgres), { database: pooler('old', refusal) })
  expect(failed).toMatchObject([{ code: 'PROOF_FAILED' }])
  expect(await site.logsIn('app', 'old')).toBe(true)
})

it('what else a pooler says is no word on the password', async () => {
  const away = { code: '08P01', message: 'pgbouncer cannot connect to server' }
  const { failed } = await site.rotate(rotating(postgres), { database: pooler('old', away) })
  expect(failed).toMatchObject([{ code: 'DATABASE_DENIED' }])
  expect(await site.pending()).toBeUndefined()
})

it('nothing is set for the session, which a pooler would hand on to others', async () => {
  const bare: (boolean | undefined)[] = []
  const database: Database = {
    open: async login => {
      bare.push(login.bare)
      return await site.database.open(login)
    },
  }
  await site.rotate(rotating(postgres), { database })
  expect([...new Set(bare)]).toEqual([true])
})

it('a role that may be logged in once at a time gets another one, too', async () => {
  await asSuperuser(postgres, 'ALTER ROLE app CONNECTION LIMIT 1')
  expect(await site.rotate(rotating(postgres))).toMatchObject({ failed: [], rotated: [{ name: 'app' }] })
  expect(await site.logsIn('app', site.secret('POSTGRES_PASSWORD') ?? '')).toBe(true)
})

/** Something that happens once what reads the secret is shown it. */
function meanwhile(work: () => Promise<void> | void): void {
  const { react } = site.cluster.behaviour
  site.cluster.behaviour.react = async (object, cluster) => {
    await react?.(object, cluster)
    if (object.kind === 'ExternalSecret') await work()
  }
}

it('what somebody else writes into Infisical meanwhile does not lose the password that is set', async () => {
  meanwhile(() => site.putSecret('POSTGRES_PASSWORD', 'of somebody else'))
  const { failed } = await site.rotate(rotating(postgres))
  expect(failed).toMatchObject([
    { code: 'PROOF_FAILED', why: expect.stringContaining('the new one is in Secret sealift-system/') },
  ])
  const stored = (await site.pending())?.['password'] ?? ''
  expect(await site.logsIn('app', stored)).toBe(true)
  expect(JSON.stringify(failed)).not.toContain(stored)
})

it('what somebody else sets in PostgreSQL meanwhile is told', async () => {
  meanwhile(() => asSuperuser(postgres, "ALTER ROLE app PASSWORD 'of somebody else'"))
  const { failed } = await site.rotate(rotating(postgres))
  expect(failed).toMatchObject([
    { code: 'PROOF_FAILED', why: expect.stringContaining('is not let in with what Infisical has') },
  ])
  site.putSecret('POSTGRES_PASSWORD', 'of somebody else')
  expect(await site.rotate(rotating(postgres))).toMatchObject({ failed: [], rotated: [{ name: 'app' }] })
})

it('a run that has lost its turn sets nothing', async () => {
  const stop = new AbortController()
  const talk = { ...site.talk, signal: stop.signal }
  const { apply } = site.cluster
  site.cluster.apply = async object => {
    const applied = await apply(object)
    if (object.metadata.name === 'sealift-rotation.app') stop.abort()
    return applied
  }
  await expect(site.rotate(rotating(postgres), { talk })).rejects.toThrow()
  expect(await site.logsIn('app', 'old')).toBe(true)
  expect(site.secret('POSTGRES_PASSWORD')).toBe('old')
})
