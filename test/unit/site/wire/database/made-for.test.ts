import { describe, expect, test } from 'vitest'
import { parseSite } from '../../../../../src/kernel/inputs/index.ts'
import { Secret } from '../../../../../src/kernel/ports/index.ts'
import {
  cacheUrl,
  databaseUri,
  madeAtServer,
  madeForCache,
  madeForDatabase,
  purgeCache,
} from '../../../../../src/site/wire/index.ts'
import { RecordingClock } from '../../../../support/recording-clock.ts'
import { countingRandom, rejection, siteCluster } from '../memory.ts'
import { smallSite } from '../sites.ts'

const site = parseSite(smallSite.replace('dragonfly:\n', 'dragonfly:\n  database: 3\n'), 'site.yaml')

describe('the keys on a site were made for', () => {
  test.each([
    ['the role and database that the site file names', 'infisical:word@pg', 'infisical', true],
    ['them, also where they lie elsewhere now', 'infisical:word@old.example:6432', 'infisical', true],
    ['another role', 'other:word@pg', 'infisical', false],
    ['another database', 'infisical:word@pg', 'other', false],
  ])('%s', (_, where, database, wanted) => {
    const databaseUri = new Secret(`postgresql://${where}/${database}`)
    expect(madeForDatabase({ databaseUri }, site.database)).toBe(wanted)
  })

  test.each([
    ['the server that the site file names', 'postgres-cluster-rw.databases.svc:5432', true],
    ['another server', 'postgres-cluster-rw.staging.svc:5432', false],
    ['another port of it', 'postgres-cluster-rw.databases.svc:6432', false],
  ])('%s (database)', (_, place, wanted) => {
    const databaseUri = new Secret(`postgresql://infisical:word@${place}/infisical`)
    expect(madeAtServer({ databaseUri }, site.database)).toBe(wanted)
  })

  test.each([
    ['the server and number that the site file names', 'redis://:word@dragonfly.databases.svc:6379/3', true],
    ['them, with another password and TLS', 'rediss://dragonfly.databases.svc:6379/3', true],
    ['another number', 'redis://dragonfly.databases.svc:6379/4', false],
    ['another server', 'redis://elsewhere.databases.svc:6379/3', false],
  ])('%s (cache)', (_, url, wanted) => {
    expect(madeForCache({ cacheUrl: new Secret(url) }, site)).toBe(wanted)
  })

  test.each(['2001:DB8:0::1', 'PG.Bank.Example'])('the server %s, however its name is written', host => {
    const uri = databaseUri(
      { host, port: 5432, user: 'u', database: 'd', password: new Secret('p') },
      'disable',
    )
    for (const same of [host, host.toLowerCase()])
      expect(madeAtServer({ databaseUri: uri }, { ...site.database, host: same })).toBe(true)
    const at = { ...site, dragonfly: { ...site.dragonfly, host } }
    const lower = { ...site, dragonfly: { ...site.dragonfly, host: host.toLowerCase() } }
    expect(madeForCache({ cacheUrl: cacheUrl(at, undefined) }, lower)).toBe(true)
  })

  test('nothing, where there are none', () => {
    expect([madeForDatabase(undefined, site.database), madeForCache(undefined, site)]).toEqual([false, false])
    expect(madeForCache({ cacheUrl: new Secret('spoilt') }, site)).toBe(false)
  })
})

test('a Dragonfly that does not empty a database says so, and is no fault of ours', async () => {
  const cluster = await siteCluster()
  cluster.behaviour.services = { 'databases/dragonfly:6379': { host: '127.0.0.1', port: 1 } }
  const command = async (word: string) => {
    if (word === 'FLUSHDB') throw new Error('NOPERM this user has no permissions')
  }
  const cache = { open: async () => ({ command, close: async () => {} }) }
  const database = { open: () => Promise.reject(new Error('not asked')) }
  const ports = { cluster, cache, database, random: countingRandom(), clock: new RecordingClock() }
  const services = { ...ports, site, namespace: 'infisical' }
  const error = await rejection(purgeCache(services))
  expect([error.code, error.message]).toEqual(['CACHE_UNFIT', expect.stringContaining('database 3: NOPERM')])
})
