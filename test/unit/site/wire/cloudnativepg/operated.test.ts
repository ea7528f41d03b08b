import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { kinds } from '../../../../../src/kernel/ports/index.ts'
import { operatedBy } from '../../../../../src/site/wire/cloudnativepg/index.ts'
import { inspectDatabase, ownDatabase, readyDatabase } from '../../../../../src/site/wire/index.ts'
import { memorySetting, operatedSite } from '../../../../support/cloudnativepg/setting.ts'
import { rejection } from '../memory.ts'
import { smallSite } from '../sites.ts'

const at = (host: string) => operatedSite.replace(/host: postgres\S+/, `host: ${host}`)

describe('an operated cluster', () => {
  test.each(['postgres-cluster-rw.databases.svc', 'postgres-cluster-rw.databases'])(
    'is known by its Service, %s',
    async host => {
      const { services } = await memorySetting()
      expect(await operatedBy(services(at(host)))).toMatchObject({
        ...{ namespace: 'databases', name: 'postgres-cluster' },
        ca: { namespace: 'databases', name: 'postgres-cluster-ca', key: 'ca.crt' },
        knows: { role: true, database: true },
        first: { role: 'app', database: 'app' },
      })
    },
  )

  test('is none where the site names an administrator, whatever is behind its host', async () => {
    const { services } = await memorySetting()
    expect(await operatedBy(services(smallSite))).toBeUndefined()
  })

  test.each([
    ['a host outside', 'pg.bank.example', /its host pg\.bank\.example is no Service in the cluster/],
    ['a Service of another kind', 'plain.databases', /is a Service without label cnpg\.io\/cluster/],
    ['a Service that is not there', 'none.databases.svc', /is no Service in the cluster/],
    ['replicas', 'postgres-cluster-ro.databases', /leads to replicas .* which only read$/],
    ['any instance', 'postgres-cluster-r.databases.svc', /leads to replicas .* which only read$/],
  ])('is missed in %s', async (_, host, words) => {
    const { services, cluster } = await memorySetting()
    await cluster.apply({ ...kinds.service, metadata: { name: 'plain', namespace: 'databases' } })
    const error = await rejection(operatedBy(services(at(host))))
    expect([error.code, error.message]).toEqual(['SITE_INVALID', expect.stringMatching(words)])
    expect(error.hints.join()).toContain('-rw')
  })

  test('is missed where its Cluster is gone', async () => {
    const { services, cluster } = await memorySetting()
    await cluster.delete(kinds.cnpgCluster, 'postgres-cluster', 'databases')
    const error = await rejection(operatedBy(services()))
    expect([error.code, error.message]).toEqual([
      'SITE_INVALID',
      expect.stringContaining('which is not there'),
    ])
  })

  test('is verified by its own CA, or the one that it was given, or the site’s word', async () => {
    const { services, cluster } = await memorySetting()
    const own = await ownDatabase(services(), undefined)
    expect(own.place).toEqual({
      ...{ tls: 'verify-full', ca: 'a CA', serverName: 'postgres-cluster-rw.databases.svc' },
    })
    expect(own.uri.reveal()).toContain('sslmode=verify-full')
    await cluster.applyAs('operator', {
      ...{ ...kinds.cnpgCluster, metadata: { name: 'postgres-cluster', namespace: 'databases' } },
      spec: { certificates: { serverCASecret: 'banks-ca' } },
    })
    const error = await rejection(ownDatabase(services(), undefined))
    expect(error.message).toBe('database.ca: there is no Secret databases/banks-ca')
    const plain = services(operatedSite.replace('database:\n', 'database:\n  tls: require\n'))
    expect((await ownDatabase(plain, undefined)).place.tls).toBe('require')
  })
})

test('an administrator that nobody has made there is told as not needed, and elsewhere as missing', async () => {
  const { services, cluster } = await memorySetting()
  cluster.behaviour.services['databases/plain:5432'] = { host: '127.0.0.1', port: 1 }
  await cluster.apply({ ...kinds.service, metadata: { name: 'plain', namespace: 'databases' } })
  const hints = async (text: string) => {
    const given = services(text)
    const error = await rejection(inspectDatabase(given, await ownDatabase(given, undefined), 20))
    expect(error.message).toBe('database.admin: there is no Secret databases/postgres-superuser')
    return error.hints.join()
  }
  expect(await hints(smallSite)).toContain('leave database.admin out')
  const elsewhere = smallSite.replace('postgres-cluster-rw.databases.svc', 'plain.databases')
  expect(await hints(elsewhere)).not.toContain('CloudNativePG')
})

describe('a pooler before it', () => {
  const pooled = at('pooler.databases.svc')

  async function withPooler() {
    const setting = await memorySetting()
    const labels = { 'cnpg.io/cluster': 'postgres-cluster', 'cnpg.io/poolerName': 'pooler' }
    await setting.cluster.apply({
      ...kinds.service,
      metadata: { name: 'pooler', namespace: 'databases', labels },
      spec: { selector: { 'cnpg.io/poolerName': 'pooler' } },
    })
    const { services } = setting.cluster.behaviour
    services['databases/pooler:5432'] = { host: '127.0.0.1', port: 6432 }
    return setting
  }

  test('is for Infisical; what is made is made at the primary', async () => {
    const { services, postgres } = await withPooler()
    const seen: string[] = []
    const open: typeof postgres.open = async login => {
      seen.push(`${login.port} ${login.serverName}`)
      return postgres.open(login)
    }
    const given = { ...services(pooled), database: { open } }
    const own = await ownDatabase(given, undefined)
    expect(own.parts.host).toBe('pooler.databases.svc')
    expect(await readyDatabase(given, own, 20)).toEqual({ role: 'created', database: 'created' })
    expect([...new Set(seen)]).toEqual(['1 postgres-cluster-rw.databases.svc', '6432 pooler.databases.svc'])
    expect(seen.at(-1)).toContain('pooler')
  })

  test('shows a certificate that may not have its name: what to do is said', async () => {
    const { services, postgres } = await withPooler()
    const open: typeof postgres.open = async login => {
      if (login.port === 6432)
        throw new SealiftError('DATABASE_UNREACHABLE', 'cannot reach PostgreSQL: wrong name')
      return postgres.open(login)
    }
    const given = { ...services(pooled), database: { open } }
    const own = await ownDatabase(given, undefined)
    const error = await rejection(readyDatabase(given, own, 20))
    expect(error.hints.join()).toContain('serverAltDNSNames')
  })
})
