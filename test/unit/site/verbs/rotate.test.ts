import { describe, expect, test } from 'vitest'
import { random } from '../../../../src/adapters/clock.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds, Secret, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { environmentMark } from '../../../../src/kernel/server-variables/index.ts'
import { writeReceipt } from '../../../../src/site/install/index.ts'
import { rotateCa } from '../../../../src/site/verbs/rotate-ca.ts'
import { rotateDatabase } from '../../../../src/site/verbs/rotate-database.ts'
import {
  environmentOf,
  makeKeys,
  ownDatabase,
  readyDatabase,
  storeKeys,
} from '../../../../src/site/wire/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { selfSigned } from '../../../support/certificate.ts'
import { memorySetting, operatedSite } from '../../../support/cloudnativepg/setting.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { shippedManifest } from '../../../support/shipped-manifest.ts'
import { countingRandom, rejection, secretIn } from '../wire/memory.ts'
import { proven } from './memory-site.ts'

/** A site whose database CloudNativePG has made, with an Infisical that is up whenever it is asked. */
async function installedSite() {
  const setting = await memorySetting()
  const { cluster, clock, postgres } = setting
  const services = setting.services()
  const own = await ownDatabase(services, undefined)
  const derived = { siteUrl: 'https://infisical.bank.example', memory: { NODE_OPTIONS: '--a' } }
  const environment = await environmentOf(services, own, derived)
  await storeKeys(cluster, { namespace: 'infisical', keys: makeKeys(countingRandom()), environment })
  await readyDatabase(services, own, 20)
  const { lock } = sampleBundle()
  const charts = lock.charts.map(chart => ({ ...chart, namespace: 'infisical' }))
  await writeReceipt(cluster, { ...proven, lock: { ...lock, charts } })
  const restarts: unknown[] = []
  cluster.behaviour.react = async (object, self) => {
    if (object.kind !== 'Deployment') return
    restarts.push((object['spec'] as { template?: unknown }).template)
    const status = { updatedReplicas: 1, availableReplicas: 1 }
    await self.applyAs('controller', { ...kinds.deployment, metadata: { ...name }, status } as never)
  }
  const name = { name: 'infisical', namespace: 'infisical' }
  const annotations = { 'sealift.dev/environment': await environmentMark(cluster, 'infisical') }
  const spec = { replicas: 1, template: { metadata: { annotations } } }
  await cluster.applyAs('helm', { ...kinds.deployment, metadata: name, spec })
  restarts.length = 0
  const host = {
    ...{ cluster, clock, database: postgres, cache: services.cache, random },
    ...{ manifests: shippedManifest, operator: 'root@node1' },
  } as unknown as SiteHost
  const site = parseSite(operatedSite, 'site.yaml')
  const variables = async (namespace = 'infisical') =>
    (await secretIn(cluster, namespace, 'infisical-secrets')) ?? {}
  return { ...setting, host, site, restarts, variables, talk: recordedTalk() }
}

const newCa = selfSigned('a new CA').cert

describe('rotate ca', () => {
  test('copies a CA that was made anew, keeps the rest, and starts Infisical once', async () => {
    const { cluster, host, site, talk, restarts, variables } = await installedSite()
    const before = await variables()
    await cluster.applyAs('someone', {
      ...secretObject('infisical', 'infisical-secrets', { EXTRA: 'theirs' }),
    })
    await cluster.apply(secretObject('databases', 'postgres-cluster-ca', { 'ca.crt': newCa }))
    expect(await rotateCa(site, host, talk)).toEqual({ site: 'bank-prod', copied: true, restarted: true })
    const copied = { ...before, DB_ROOT_CERT: Buffer.from(newCa).toString('base64') }
    expect(await variables()).toEqual({ ...copied, EXTRA: 'theirs' })
    expect(await variables('sealift-system')).toEqual(copied)
    expect(restarts.length).toBeGreaterThan(0)
    restarts.length = 0
    expect(await rotateCa(site, host, talk)).toEqual({ site: 'bank-prod', copied: false, restarted: false })
    expect(restarts).toEqual([])
  })

  test('puts keys back that the live Secret has lost, and takes none from its copy', async () => {
    const { cluster, host, site, talk, variables } = await installedSite()
    const before = await variables()
    const { ENCRYPTION_KEY: _, AUTH_SECRET: __, ...lost } = before
    await cluster.apply(secretObject('infisical', 'infisical-secrets', lost))
    await cluster.apply(secretObject('databases', 'postgres-cluster-ca', { 'ca.crt': newCa }))
    await rotateCa(site, host, talk)
    const copied = { ...before, DB_ROOT_CERT: Buffer.from(newCa).toString('base64') }
    expect(await variables('sealift-system')).toEqual(copied)
    expect(await variables()).toEqual(copied)
  })

  test('changes nothing where the two Secrets hold different keys', async () => {
    const { cluster, host, site, talk, variables } = await installedSite()
    const before = await variables()
    const others = { ...before, ENCRYPTION_KEY: 'another' }
    await cluster.apply(secretObject('infisical', 'infisical-secrets', others))
    await cluster.apply(secretObject('databases', 'postgres-cluster-ca', { 'ca.crt': newCa }))
    expect((await rejection(rotateCa(site, host, talk))).code).toBe('KEYS_LOST')
    expect(await variables('sealift-system')).toEqual(before)
    expect(await variables()).toEqual(others)
  })

  test('goes on where it was killed after the copy', async () => {
    const { cluster, host, site, talk } = await installedSite()
    await cluster.apply(secretObject('databases', 'postgres-cluster-ca', { 'ca.crt': newCa }))
    const killed = {
      ...cluster,
      get: async (...what: Parameters<typeof cluster.get>) => {
        if (what[0].kind === 'Deployment') throw new Error('killed')
        return cluster.get(...what)
      },
    }
    await expect(rotateCa(site, { ...host, cluster: killed }, talk)).rejects.toThrow('killed')
    expect(await rotateCa(site, host, talk)).toEqual({ site: 'bank-prod', copied: false, restarted: true })
  })

  test('changes nothing where the new CA is none that the database is checked by', async () => {
    const { cluster, host, site, talk, variables, postgres } = await installedSite()
    await cluster.apply(secretObject('databases', 'postgres-cluster-ca', { 'ca.crt': newCa }))
    const before = await variables()
    const database = {
      open: async (login: Parameters<typeof postgres.open>[0]) => {
        if (login.ca === newCa) throw new Error('certificate has expired')
        return postgres.open(login)
      },
    }
    await expect(rotateCa(site, { ...host, database }, talk)).rejects.toThrow('certificate has expired')
    expect(await variables()).toEqual(before)
  })

  test('has nothing to copy where none is used, and nobody to copy to where nothing is installed', async () => {
    const { cluster, host, talk } = await installedSite()
    const plain = parseSite(operatedSite.replace('database:\n', 'database:\n  tls: require\n'), 'site.yaml')
    expect((await rejection(rotateCa(plain, host, talk))).code).toBe('SITE_INVALID')
    const other = parseSite(operatedSite.replace('bank-prod', 'bank-test'), 'site.yaml')
    expect((await rejection(rotateCa(other, host, talk))).code).toBe('FOREIGN_INSTALL')
    await cluster.delete(kinds.configMap, 'sealift-receipt', 'sealift-system')
    expect((await rejection(rotateCa(plain, host, talk))).code).toBe('NOT_INSTALLED')
  })
})

describe('rotate database', () => {
  const passwordIn = ({ DB_CONNECTION_URI = '' }: Record<string, string>) =>
    new URL(DB_CONNECTION_URI).password

  test('gives the role another password, stores it in both places, and starts Infisical', async () => {
    const { host, site, talk, variables, postgres, restarts } = await installedSite()
    const before = passwordIn(await variables())
    expect(await rotateDatabase(site, host, talk)).toEqual({
      ...{ site: 'bank-prod', role: 'infisical', changed: true, restarted: true },
    })
    const after = passwordIn(await variables())
    expect(after).not.toBe(before)
    expect([
      passwordIn(await variables('sealift-system')),
      postgres.roles.get('infisical')?.password,
    ]).toEqual([...[after, after]])
    expect(restarts.length).toBeGreaterThan(0)
    expect(JSON.stringify([talk.steps, talk.told])).not.toContain(after)
  })

  test('is mended by the next where it was killed between storing and setting', async () => {
    const { host, site, talk, variables, postgres, operator } = await installedSite()
    operator.down = true
    const error = await rejection(rotateDatabase(site, host, talk))
    expect(error.code).toBe('DATABASE_UNFIT')
    expect(passwordIn(await variables())).not.toBe(postgres.roles.get('infisical')?.password)
    operator.down = false
    expect(await rotateDatabase(site, host, talk)).toMatchObject({ changed: true, restarted: true })
    expect(passwordIn(await variables())).toBe(postgres.roles.get('infisical')?.password)
  })

  test('takes what the site brings, where it brings a URI', async () => {
    const { host, site, talk, variables, cluster, postgres } = await installedSite()
    const uri = (await variables())['DB_CONNECTION_URI'] ?? ''
    await cluster.apply(secretObject('infisical', 'ours', { uri }))
    const text =
      'database:\n  tls: verify-full\n  ca: { namespace: databases, name: postgres-cluster-ca, key: ca.crt }\n  uri: { namespace: infisical, name: ours, key: uri }\n'
    const brings = parseSite(operatedSite.replace('database:\n', text), 'site.yaml')
    expect(await rotateDatabase(brings, host, talk)).toMatchObject({ changed: false, restarted: false })
    await cluster.apply(
      secretObject('infisical', 'ours', {
        uri: uri.replace(passwordIn({ DB_CONNECTION_URI: uri }), 'theirs'),
      }),
    )
    expect((await rejection(rotateDatabase(brings, host, talk))).code).toBe('DATABASE_DENIED')
    await postgres.superuser.role({ name: 'infisical', password: 'theirs', createdb: true, comment: '' })
    expect(await rotateDatabase(brings, host, talk)).toMatchObject({ changed: true, restarted: true })
    expect(passwordIn(await variables())).toBe('theirs')
    expect(site.database.uri).toBeUndefined()
  })

  test('leaves alone a database that the keys were not made for', async () => {
    const { host, talk, variables } = await installedSite()
    const before = await variables()
    const elsewhere = parseSite(
      operatedSite.replace('database:\n', 'database:\n  name: other\n'),
      'site.yaml',
    )
    const error = await rejection(rotateDatabase(elsewhere, host, talk))
    expect(error.code).toBe('FOREIGN_INSTALL')
    expect(await variables()).toEqual(before)
    expect(JSON.stringify(error)).not.toContain(new Secret(passwordIn(before)).reveal())
  })
})
