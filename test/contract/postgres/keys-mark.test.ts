/** What a real PostgreSQL keeps of its keys, and what that is good for where the cluster is lost. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { clock } from '../../../src/adapters/clock.ts'
import { createDragonfly } from '../../../src/adapters/dragonfly/index.ts'
import { createPostgres } from '../../../src/adapters/postgres/index.ts'
import { parseSite } from '../../../src/kernel/inputs/index.ts'
import { Secret } from '../../../src/kernel/ports/index.ts'
import {
  type Claim,
  fingerprintOf,
  inspectDatabase,
  type Keys,
  keysFor,
  makeKeys,
  markDatabase,
  type OwnDatabase,
  ownDatabase,
  putKeysBack,
  readyDatabase,
  refuseOthersDatabase,
  type SiteServices,
  storedKeys,
} from '../../../src/site/wire/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { type PostgresServer, startPostgres } from '../../support/services.ts'
import { countingRandom, rejection, siteCluster } from '../../unit/site/wire/memory.ts'
import { smallSite } from '../../unit/site/wire/sites.ts'

let postgres: PostgresServer
let services: SiteServices
let own: OwnDatabase
// Each makes passwords of its own.
let clusters = 0
const keys = makeKeys(countingRandom())
const fingerprint = fingerprintOf(keys)

beforeAll(async () => {
  postgres = await startPostgres()
  services = await newCluster()
  own = await ownDatabase(services, undefined)
  await readyDatabase(services, own, 20)
  await asAdmin('CREATE TABLE public.infisical_migrations (id int)', own.parts.database)
})
afterAll(() => postgres?.stop())
beforeEach(async () => {
  await asAdmin('COMMENT ON DATABASE infisical IS NULL')
  services = await newCluster()
})

/** A cluster that knows nothing but how to get to PostgreSQL. */
async function newCluster(text = smallSite): Promise<SiteServices> {
  const { user: username, password } = postgres
  const cluster = await siteCluster(secretObject('databases', 'postgres-superuser', { username, password }))
  cluster.behaviour.services = { 'databases/postgres-cluster-rw:5432': postgres }
  const site = parseSite(text.replace('database:\n', 'database:\n  tls: disable\n'), 'site.yaml')
  const ports = { cluster, database: createPostgres(), cache: createDragonfly() }
  return {
    ...ports,
    clock,
    random: { bytes: length => new Uint8Array(length).fill(++clusters) },
    site,
    namespace: 'infisical',
  }
}

async function asAdmin(sql: string, database = 'postgres') {
  const { host, port, user, password } = postgres
  const login = { host, port, user, password: new Secret(password), database, tls: 'disable' as const }
  const session = await createPostgres().open(login)
  try {
    return await session.query(sql)
  } finally {
    await session.close()
  }
}

const markOf = async () => (await inspectDatabase(services, own, 20)).state?.keysMark

/** What an install on a new cluster finds once keys are back. */
async function takenUp(back: Keys): Promise<Claim> {
  await putKeysBack(services.cluster, 'infisical', back)
  const stored = await storedKeys(services.cluster, 'infisical')
  const { role, state } = await inspectDatabase(services, own, 20)
  const claim = { own, stored, role, namespace: 'infisical', keysMark: state?.keysMark, takeOver: false }
  return { ...claim, data: state?.infisical ?? false }
}

it('the database says which keys it needs, once', async () => {
  expect(await markOf()).toBeUndefined()
  expect(await markDatabase(services, own, fingerprint)).toBe(true)
  expect(await markDatabase(services, own, fingerprint)).toBe(false)
  expect(await markOf()).toBe(fingerprint)
  expect(await markDatabase(services, own, '0000-1111-2222-3333')).toBe(true)
  expect(await markOf()).toBe('0000-1111-2222-3333')
})

it('what somebody else has written of it stays', async () => {
  await asAdmin(`COMMENT ON DATABASE infisical IS 'Sealift: made with keys of fingerprint x; ask Ann'`)
  expect(await markDatabase(services, own, fingerprint)).toBe(false)
  expect(await markOf()).toBeUndefined()
})

it('a database that is not the login’s own is left as it is', async () => {
  await asAdmin(`ALTER DATABASE infisical OWNER TO "${postgres.user}"`)
  await asAdmin('GRANT CONNECT ON DATABASE infisical TO infisical')
  try {
    expect(await markDatabase(services, own, fingerprint)).toBe(false)
  } finally {
    await asAdmin('ALTER DATABASE infisical OWNER TO infisical')
  }
  expect(await markOf()).toBeUndefined()
})

it('on a new cluster names the keys that fit, and lets them have their role again', async () => {
  await markDatabase(services, own, fingerprint)
  const { cluster, random } = services
  const { state } = await inspectDatabase(services, own, 20)
  expect(await rejection(keysFor(cluster, random, 'infisical', true, state?.keysMark))).toMatchObject({
    code: 'KEYS_LOST',
    message: expect.stringMatching(`are gone; those that fit have the fingerprint ${fingerprint}$`),
  })
  const claim = await takenUp(keys)
  await refuseOthersDatabase(services, claim)
  const fresh = await ownDatabase(services, claim.stored)
  expect(await readyDatabase(services, fresh, 20)).toEqual({ role: 'changed', database: 'unchanged' })
  own = fresh
})

it('keys of another site do not get it', async () => {
  await markDatabase(services, own, '0000-1111-2222-3333')
  const claim = await takenUp(keys)
  expect(await rejection(refuseOthersDatabase(services, claim))).toMatchObject({
    code: 'KEYS_LOST',
    message: `the database was made with keys of fingerprint 0000-1111-2222-3333; those on this cluster have ${fingerprint}`,
  })
})

it('one that names no keys is taken up by those of an escrow, and not by others', async () => {
  const claim = await takenUp(keys)
  await refuseOthersDatabase(services, claim)
  const { restored: _, ...byHand } = { ...claim.stored, ...keys, databaseUri: undefined }
  expect((await rejection(refuseOthersDatabase(services, { ...claim, stored: byHand }))).code).toBe(
    'FOREIGN_INSTALL',
  )
  const empty = { ...claim, data: false }
  expect((await rejection(refuseOthersDatabase(services, empty))).code).toBe('FOREIGN_INSTALL')
})
