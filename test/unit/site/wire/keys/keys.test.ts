import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseSite } from '../../../../../src/kernel/inputs/index.ts'
import { type Cluster, kinds, Secret } from '../../../../../src/kernel/ports/index.ts'
import { parseCacheUrl } from '../../../../../src/site/wire/connection.ts'
import {
  cacheUrl,
  claimNamespace,
  databaseUri,
  infisicalValues,
  keysFor,
  makeKeys,
  makePassword,
  parseDatabaseUri,
  refusePlantedKeys,
  storedKeys,
  storeKeys,
} from '../../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../../src/site/wire/secrets.ts'
import { countingRandom, rejection, secretIn, siteCluster } from '../memory.ts'
import { fullSite, smallSite } from '../sites.ts'

const uri = new Secret('postgresql://infisical:pw@pg:5432/infisical')
const environment = {
  databaseUri: uri,
  cacheUrl: new Secret('redis://:pw@d:6379/0'),
  siteUrl: 'http://infisical.infisical.svc:8080',
  memory: { NODE_OPTIONS: '--max-old-space-size=768', UV_THREADPOOL_SIZE: '2' },
} as const

const stored = (cluster: Cluster) => secretIn(cluster, 'infisical', 'infisical-secrets')

describe('keys', () => {
  it('have the forms that the server checks, and do not print', () => {
    const keys = makeKeys(countingRandom())
    expect(keys.encryptionKey.reveal()).toBe('000102030405060708090a0b0c0d0e0f')
    expect(Buffer.from(keys.authSecret.reveal(), 'base64')).toHaveLength(32)
    expect(inspect(keys)).not.toContain('0001')
  })

  it('count as restored by the mark of their copy alone', async () => {
    const cluster = await siteCluster()
    const marked = (place: string) =>
      secretObject(
        place,
        'infisical-secrets',
        { ENCRYPTION_KEY: 'a', AUTH_SECRET: 'b' },
        { 'sealift.dev/restored-keys': 'f' },
      )
    await cluster.apply(marked('infisical'))
    expect((await storedKeys(cluster, 'infisical'))?.restored).toBeUndefined()
    await cluster.apply(marked('sealift-system'))
    expect((await storedKeys(cluster, 'infisical'))?.restored).toBe('f')
  })

  it('go into the Secret with all the pod needs', async () => {
    const cluster = await siteCluster()
    const keys = await keysFor(cluster, countingRandom(), 'infisical', false)
    await storeKeys(cluster, { namespace: 'infisical', keys, environment })
    expect(await stored(cluster)).toEqual({
      ENCRYPTION_KEY: keys.encryptionKey.reveal(),
      AUTH_SECRET: keys.authSecret.reveal(),
      DB_CONNECTION_URI: uri.reveal(),
      REDIS_URL: 'redis://:pw@d:6379/0',
      SITE_URL: 'http://infisical.infisical.svc:8080',
      TELEMETRY_ENABLED: 'false',
      ANNOUNCEMENTS_ENABLED: 'false',
      NODE_OPTIONS: '--max-old-space-size=768',
      UV_THREADPOOL_SIZE: '2',
    })
  })

  it('are never overwritten, not even by a caller that made new ones', async () => {
    const cluster = await siteCluster()
    const keys = makeKeys(countingRandom())
    await storeKeys(cluster, { namespace: 'infisical', keys, environment })
    const before = await stored(cluster)
    const others = makeKeys({ bytes: length => new Uint8Array(length).fill(7) })
    await storeKeys(cluster, {
      namespace: 'infisical',
      keys: others,
      environment: { ...environment, siteUrl: 'https://new' },
    })
    expect(await stored(cluster)).toEqual({ ...before, SITE_URL: 'https://new' })
    const again = await keysFor(cluster, countingRandom(), 'infisical', true)
    expect(again.encryptionKey.reveal()).toBe(keys.encryptionKey.reveal())
    expect(again.databaseUri?.reveal()).toBe(uri.reveal())
  })

  it('keep no memory setting that is no longer wanted', async () => {
    const cluster = await siteCluster()
    const keys = makeKeys(countingRandom())
    await storeKeys(cluster, { namespace: 'infisical', keys: keys, environment: environment })
    await storeKeys(cluster, {
      namespace: 'infisical',
      keys: keys,
      environment: { ...environment, memory: { NODE_OPTIONS: '--x' } },
    })
    expect(await stored(cluster)).toMatchObject({ NODE_OPTIONS: '--x' })
    expect(await stored(cluster)).not.toHaveProperty('UV_THREADPOOL_SIZE')
  })

  it('that are gone while the tables are there stop everything', async () => {
    const cluster = await siteCluster()
    const error = await rejection(keysFor(cluster, countingRandom(), 'infisical', true))
    expect(error.code).toBe('KEYS_LOST')
    expect(error.message).toContain('Secret infisical/infisical-secrets')
    expect(await cluster.list(kinds.secret)).toEqual([])
  })

  it('are lost when the Secret is there without them', async () => {
    const cluster = await siteCluster()
    await cluster.apply(secretObject('infisical', 'infisical-secrets', { SITE_URL: 'http://x' }))
    expect((await rejection(storedKeys(cluster, 'infisical'))).code).toBe('KEYS_LOST')
  })

  it("of somebody else's Infisical are left alone", async () => {
    const theirs = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'infisical-secrets', namespace: 'infisical' },
      data: { ENCRYPTION_KEY: 'eA==' },
    }
    const cluster = await siteCluster(theirs)
    expect(
      (
        await rejection(
          storeKeys(cluster, { namespace: 'infisical', keys: makeKeys(countingRandom()), environment }),
        )
      ).code,
    ).toBe('FOREIGN_INSTALL')
    expect(await stored(cluster)).toEqual({ ENCRYPTION_KEY: 'x' })
  })

  it('laid ready in a namespace that no install has claimed are refused', async () => {
    const planted = secretObject('infisical', 'infisical-secrets', { ENCRYPTION_KEY: 'k', AUTH_SECRET: 'a' })
    const cluster = await siteCluster(planted)
    expect(await rejection(refusePlantedKeys(cluster, 'infisical'))).toMatchObject({
      code: 'FOREIGN_INSTALL',
      message:
        'namespace infisical has a Secret infisical-secrets already, which no install is known to have made',
    })
    const copied = await siteCluster(planted, secretObject('sealift-system', 'infisical-secrets', {}))
    await refusePlantedKeys(copied, 'infisical')
    await claimNamespace(cluster, 'infisical', 'bank-prod')
    await refusePlantedKeys(cluster, 'infisical')
    await refusePlantedKeys(await siteCluster(), 'infisical')
  })

  it('bring the CA along', async () => {
    const cluster = await siteCluster()
    const settings = { ...environment, databaseCa: 'PEM', memory: {} }
    await storeKeys(cluster, {
      namespace: 'infisical',
      keys: makeKeys(countingRandom()),
      environment: settings,
    })
    expect(await stored(cluster)).toMatchObject({ DB_ROOT_CERT: 'UEVN' })
    expect(await stored(cluster)).not.toHaveProperty('NODE_OPTIONS')
  })
})

describe('connection URIs', () => {
  const parts = { host: 'pg', port: 5432, user: 'a:b', password: new Secret('p@/ß?#'), database: 'infisical' }

  it('are percent-encoded, and come apart again', () => {
    const made = databaseUri(parts, 'require')
    expect(made.reveal()).toBe('postgresql://a%3Ab:p%40%2F%C3%9F%3F%23@pg:5432/infisical?sslmode=no-verify')
    const apart = parseDatabaseUri(made, 'here')
    expect({ ...apart, password: apart.password.reveal() }).toEqual({ ...parts, password: 'p@/ß?#' })
    expect(databaseUri({ ...parts, host: '::1' }, 'disable').reveal()).toContain('@[::1]:5432/infisical')
    expect(parseDatabaseUri(databaseUri({ ...parts, host: '::1' }, 'disable'), 'here').host).toBe('::1')
  })

  it('that are none are refused without showing them', async () => {
    const bad = async () => parseDatabaseUri(new Secret('mysql://u:hunter2@h/d'), 'database.uri')
    const error = await rejection(bad())
    expect(error.code).toBe('SITE_INVALID')
    expect(error.message).toBe('database.uri is not postgresql://USER:PASSWORD@HOST:PORT/DATABASE')
    expect(inspect(error)).not.toContain('hunter2')
  })

  it.each(['u:hunter2%zz@h/d', '%zz:hunter2@h/d', 'u:hunter2@h/%zz'])(
    'with percent signs that encode nothing are refused without showing them: %s',
    async rest => {
      const bad = async () => parseDatabaseUri(new Secret(`postgresql://${rest}`), 'database.uri')
      const error = await rejection(bad())
      expect(error.code).toBe('SITE_INVALID')
      expect(inspect(error)).not.toContain('hunter2')
    },
  )

  it.each([':hunter2%zz@h/0', '%zz:hunter2@h/0'])('of a cache neither: %s', async rest => {
    const error = await rejection((async () => parseCacheUrl(new Secret(`redis://${rest}`), 'here'))())
    expect(error.code).toBe('SITE_INVALID')
    expect(inspect(error)).not.toContain('hunter2')
  })

  it('name the cache with its number', () => {
    expect(cacheUrl(parseSite(smallSite, 's'), undefined).reveal()).toBe(
      'redis://dragonfly.databases.svc:6379/0',
    )
    expect(cacheUrl(parseSite(fullSite, 's'), new Secret('p@w')).reveal()).toBe(
      'rediss://:p%40w@dragonfly.databases.svc:6379/3',
    )
  })
})

describe('makePassword', () => {
  it('needs no quoting, has every class of character, and never the same one twice in a row', () => {
    const random = countingRandom()
    for (let round = 0; round < 32; round += 1) {
      const password = makePassword(random).reveal()
      expect(password).toMatch(/^Sl-([A-Za-z][2-9]){16}$/)
    }
    expect(makePassword({ bytes: length => new Uint8Array(length) }).reveal()).not.toMatch(/(.)\1/)
  })
})

describe('infisicalValues', () => {
  it('turns the subcharts off and keeps secrets by reference', () => {
    expect(infisicalValues(parseSite(smallSite, 's'))).toEqual({
      nameOverride: 'infisical',
      infisical: {
        fullnameOverride: 'infisical',
        kubeSecretRef: 'infisical-secrets',
        replicaCount: 1,
        autoBootstrap: { enabled: false },
      },
      ingress: { enabled: false, nginx: { enabled: false } },
      postgresql: { enabled: false, useExistingPostgresSecret: { enabled: false } },
      redis: { enabled: false },
    })
  })

  it("takes the ingress from the site's file", () => {
    expect(infisicalValues(parseSite(fullSite, 's'))['ingress']).toEqual({
      enabled: true,
      nginx: { enabled: false },
      hostName: 'infisical.bank.local',
      ingressClassName: 'traefik',
      tls: [{ secretName: 'infisical-tls', hosts: ['infisical.bank.local'] }],
    })
  })
})
