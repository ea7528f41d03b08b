/** Passwords in a PostgreSQL that has TLS, and is a Service of the cluster; and in one that asks for no password. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { secretObject } from '../../../src/kernel/owned/index.ts'
import { startTlsPostgres, type TlsPostgres } from '../../support/tls-postgres.ts'
import { asSuperuser, rotating, rotationSite } from './rotation-site.ts'

let tls: TlsPostgres
let trusting: TlsPostgres
beforeAll(async () => {
  // Whoever says that he is `app` is, whatever his password.
  const trust = 'host all app all trust\nhost all all all scram-sha-256\n'
  ;[tls, trusting] = await Promise.all([
    startTlsPostgres(['pg.databases.svc']),
    startTlsPostgres(['pg.databases.svc'], trust),
  ])
  for (const postgres of [tls, trusting])
    await asSuperuser(postgres, "CREATE ROLE app LOGIN PASSWORD 'old'", 'CREATE DATABASE app OWNER app')
})
afterAll(() => Promise.all([tls?.stop(), trusting?.stop()]))

const ca = { namespace: 'databases', name: 'postgres-ca', key: 'ca.crt' }
const database = { host: 'pg.databases.svc', name: 'app', tls: 'verify-full', ca }

async function site(postgres: TlsPostgres, certificate: string) {
  const opened = await rotationSite(postgres)
  opened.cluster.behaviour.services['databases/pg:5432'] = postgres
  await opened.cluster.apply(secretObject('databases', 'postgres-ca', { 'ca.crt': certificate }))
  return opened
}

it('through a forwarded port, by the CA and the name of the Service', async () => {
  const own = await site(tls, tls.ca)
  const { rotated, failed } = await own.rotate(rotating(tls, { database }))
  expect([rotated.length, failed]).toEqual([1, []])
  expect(await own.logsIn('app', own.secret('POSTGRES_PASSWORD') ?? '')).toBe(true)
  expect(await own.logsIn('app', 'old')).toBe(false)
})

it('not by another CA', async () => {
  const own = await site(trusting, tls.ca)
  const { failed } = await own.rotate(rotating(trusting, { database }))
  expect(failed).toMatchObject([{ code: 'DATABASE_UNREACHABLE' }])
  expect(own.secret('POSTGRES_PASSWORD')).toBe('old')
})

it('not where no password is asked for: nothing could be proven', async () => {
  const own = await site(trusting, trusting.ca)
  const { failed } = await own.rotate(rotating(trusting, { database }))
  expect(failed).toMatchObject([
    { code: 'PROOF_FAILED', why: expect.stringContaining('PostgreSQL lets role app in with any password') },
  ])
  expect([own.secret('POSTGRES_PASSWORD'), await own.pending()]).toEqual(['old', undefined])
})
