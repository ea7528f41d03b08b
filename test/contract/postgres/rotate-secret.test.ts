/** Passwords of an application in a real PostgreSQL, given anew. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rotationFault } from '../../../src/teams/verbs/rotate-secret.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { asSuperuser, type RotationSite, rotating, rotationSite } from './rotation-site.ts'

let postgres: PostgresServer
let site: RotationSite

beforeAll(async () => {
  postgres = await startPostgres({ settings: { log_statement: 'all' } })
  await asSuperuser(
    postgres,
    'CREATE ROLE app LOGIN',
    'CREATE ROLE app_b LOGIN',
    'CREATE DATABASE app OWNER app',
  )
})
afterAll(() => postgres?.stop())

beforeEach(async () => {
  await asSuperuser(
    postgres,
    "ALTER ROLE app PASSWORD 'old' NOSUPERUSER",
    "ALTER ROLE app_b PASSWORD 'unknown'",
  )
  site = await rotationSite(postgres)
})

const admin = { admin: { namespace: 'databases', name: 'postgres-superuser' } }

describe.each([
  ['by the role itself', {}],
  ['by an administrator', admin],
])('a password that is given anew %s', (_, fields) => {
  it('is set, in Infisical, and in the Secret of what reads it; the earlier one is refused', async () => {
    const result = await site.rotate(rotating(postgres, fields))
    const password = site.secret('POSTGRES_PASSWORD') ?? ''
    expect(password).toMatch(/^Sl-\w{32}$/)
    expect(await site.logsIn('app', password)).toBe(true)
    expect(await site.logsIn('app', 'old')).toBe(false)
    expect(await site.arrived()).toEqual({ username: 'app', password })
    expect(result).toEqual({
      rotated: [
        {
          ...{ name: 'app', where: 'talent-mesh.prod/db', secret: 'POSTGRES_PASSWORD', role: 'app' },
          earlier: 'refused',
          readers: [{ externalSecret: 'databases/db', secret: 'db-credentials', state: 'held' }],
        },
      ],
      ...{ notDue: [], failed: [], serverRotates: false },
    })
    expect(rotationFault(result)).toBeUndefined()
    expect(await site.pending()).toEqual({})
    expect(JSON.stringify([result, site.talk.steps, site.talk.told])).not.toContain(password)
  })
})

it('no password is in what PostgreSQL logs, which are all statements', async () => {
  await site.rotate(rotating(postgres, admin))
  expect(postgres.log()).toMatch(/ALTER ROLE "app" PASSWORD 'SCRAM-SHA-256\$/)
  expect(postgres.log()).not.toContain(site.secret('POSTGRES_PASSWORD'))
})

it('another run gives another one', async () => {
  await site.rotate(rotating(postgres))
  const first = site.secret('POSTGRES_PASSWORD') ?? ''
  await site.rotate(rotating(postgres))
  expect(site.secret('POSTGRES_PASSWORD')).not.toBe(first)
  expect(await site.logsIn('app', first)).toBe(false)
})

describe('two roles that take turns', () => {
  const turns = { ...admin, roles: ['app', 'app_b'] }

  it('go on with the earlier one, and both secrets change at once', async () => {
    const { rotated } = await site.rotate(rotating(postgres, turns))
    const password = site.secret('POSTGRES_PASSWORD') ?? ''
    expect(rotated).toMatchObject([{ role: 'app_b', earlier: 'kept' }])
    expect(site.secret('DB_USER')).toBe('app_b')
    expect([await site.logsIn('app_b', password), await site.logsIn('app', 'old')]).toEqual([true, true])
    expect(await site.arrived()).toEqual({ username: 'app_b', password })
    expect(site.infisical.rotation.asked).toEqual(['putTogether prod /db DB_USER,POSTGRES_PASSWORD'])
  })

  it('come back to the first one', async () => {
    await site.rotate(rotating(postgres, turns))
    const before = site.secret('POSTGRES_PASSWORD') ?? ''
    await site.rotate(rotating(postgres, turns))
    expect(site.secret('DB_USER')).toBe('app')
    expect([await site.logsIn('app', 'old'), await site.logsIn('app_b', before)]).toEqual([false, true])
  })
})

describe('nothing is changed', () => {
  const refusedBy = async (fields: object) => {
    const { failed, rotated } = await site.rotate(rotating(postgres, fields))
    expect(rotated).toEqual([])
    expect([site.secret('POSTGRES_PASSWORD'), await site.pending()]).toEqual([
      expect.not.stringMatching(/^Sl-/),
      undefined,
    ])
    return failed.map(({ code, why }) => `${code} ${why}`).join()
  }

  it('where Infisical has another password than the role', async () => {
    site.putSecret('POSTGRES_PASSWORD', 'stale')
    expect(await refusedBy(admin)).toContain(
      'DATABASE_DENIED the password that Infisical has is not that of role app',
    )
    expect(await site.logsIn('app', 'old')).toBe(true)
  })

  it('of a superuser', async () => {
    await asSuperuser(postgres, 'ALTER ROLE app SUPERUSER')
    expect(await refusedBy(admin)).toContain('TENANCY_UNMET role app is a superuser')
  })

  it("of Sealift's own role", async () => {
    await asSuperuser(postgres, "COMMENT ON ROLE app IS 'Made by Sealift for Infisical'")
    expect(await refusedBy({})).toContain("role app is Infisical's own")
    await asSuperuser(postgres, 'COMMENT ON ROLE app IS NULL')
  })

  it('where a secret is not there', async () => {
    expect(await refusedBy({ password: 'NO_SUCH' })).toContain('Infisical has no secret NO_SUCH there')
  })

  it('where the secret names neither of two roles', async () => {
    site.putSecret('DB_USER', 'somebody')
    expect(await refusedBy({ ...admin, roles: ['app', 'app_b'] })).toContain(
      'another role than app and app_b',
    )
  })

  it.each(['', 'app\n', 'app\0options\0-c is_superuser=on', 'a'.repeat(64)])(
    'where the secret holds no name of a role, but %j',
    async user => {
      site.putSecret('DB_USER', user)
      expect(await refusedBy({})).toContain('TENANCY_UNMET secret DB_USER holds no name of a role')
    },
  )

  it.each(['app"; DROP ROLE app_b; --', "app' OR true", '$1'])(
    'where the secret names no role, but %j',
    async user => {
      site.putSecret('DB_USER', user)
      expect(await refusedBy(admin)).toContain(
        'DATABASE_DENIED the password that Infisical has is not that of role',
      )
    },
  )

  it('where nobody may see what reads the secret', async () => {
    site.cluster.behaviour.denies = (verb, { kind }) => verb === 'list' && kind === 'ExternalSecret'
    expect(await rejection(site.rotate(rotating(postgres)))).toMatchObject({ code: 'CLUSTER_DENIED' })
    expect([site.secret('POSTGRES_PASSWORD'), await site.pending()]).toEqual(['old', undefined])
    expect(await site.logsIn('app', 'old')).toBe(true)
  })

  it('where the server or the administrator that the file names is not there', async () => {
    const away = { database: { host: 'pg.databases.svc', port: 5432, name: 'app', tls: 'disable' } }
    expect(await refusedBy(away)).toContain(
      'DATABASE_UNREACHABLE cannot reach PostgreSQL at pg.databases.svc:5432',
    )
    const none = { admin: { namespace: 'databases', name: 'none' } }
    expect(await refusedBy(none)).toContain('TENANCY_UNMET admin: there is no Secret databases/none')
  })

  it('where the administrator may not', async () => {
    await site.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'databases', name: 'weak' } },
      data: { username: btoa('app_b'), password: btoa('unknown') },
    })
    const fields = { admin: { namespace: 'databases', name: 'weak' } }
    const { failed } = await site.rotate(rotating(postgres, fields))
    expect(failed).toMatchObject([{ code: 'DATABASE_DENIED' }])
    expect(await site.logsIn('app', 'old')).toBe(true)
    // Once it may, the same password is set that was stored.
    const stored = (await site.pending())?.['password']
    await site.rotate(rotating(postgres, admin))
    expect(site.secret('POSTGRES_PASSWORD')).toBe(stored)
  })
})

describe('what has not arrived', () => {
  it('is told, and brought by another run with the same password', async () => {
    const { behaviour } = site.cluster
    const { react } = behaviour
    behaviour.react = () => {}
    const first = await site.rotate(rotating(postgres))
    const password = site.secret('POSTGRES_PASSWORD') ?? ''
    expect(await site.logsIn('app', password)).toBe(true)
    expect(first.rotated[0]?.readers).toMatchObject([{ externalSecret: 'databases/db', state: 'missing' }])
    const fault = rotationFault(first)
    expect([fault?.code, fault?.faults[0]]).toEqual([
      'PROOF_FAILED',
      expect.stringContaining('app: ExternalSecret databases/db has not got it: '),
    ])
    expect((await site.pending())?.['password']).toBe(password)
    behaviour.react = react
    const second = await site.rotate(rotating(postgres), { due: true })
    expect(second.rotated[0]?.readers).toMatchObject([{ state: 'held' }])
    expect(site.secret('POSTGRES_PASSWORD')).toBe(password)
    expect(await site.arrived()).toEqual({ username: 'app', password })
    expect(await site.pending()).toEqual({})
  })
})

describe('with --due', () => {
  it('gives anew what is as old as the file lets it be, and what it has not yet', async () => {
    const now = site.clock.now()
    site.infisical.rotation.changed.set('prod/db/POSTGRES_PASSWORD', { at: now - 29.9 * 86_400_000 })
    expect(await site.rotate(rotating(postgres), { due: true })).toMatchObject({
      rotated: [],
      notDue: ['app'],
    })
    site.infisical.rotation.changed.set('prod/db/POSTGRES_PASSWORD', { at: now - 30 * 86_400_000 })
    expect(await site.rotate(rotating(postgres), { due: true })).toMatchObject({ rotated: [{ name: 'app' }] })
    expect(await site.rotate(rotating(postgres), { due: true })).toMatchObject({
      rotated: [],
      notDue: ['app'],
    })
  })
})

it('a name that the file has not is a usage fault', async () => {
  expect(await rejection(site.rotate(rotating(postgres), { names: ['other'] }))).toMatchObject({
    code: 'USAGE',
    hints: ['it has app'],
  })
})
