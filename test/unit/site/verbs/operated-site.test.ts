import { afterEach, expect, test } from 'vitest'
import { random } from '../../../../src/adapters/clock.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { parseYaml } from '../../../../src/kernel/yaml/index.ts'
import { smallDefinitions } from '../../../support/cloudnativepg/definitions.ts'
import { memoryHands } from '../../../support/cloudnativepg/hands.ts'
import { memoryPostgres } from '../../../support/cloudnativepg/memory-postgres.ts'
import { startOperator } from '../../../support/cloudnativepg/operator.ts'
import { clusterObjects, operatedSite } from '../../../support/cloudnativepg/setting.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { secretIn } from '../wire/memory.ts'
import { installOn, objectsIn, planOn, removeFrom } from './memory-site.ts'
import { memoryWorld } from './memory-world.ts'

let stop = () => {}
afterEach(() => stop())

/** A whole site in memory, whose PostgreSQL CloudNativePG runs in real time. */
async function operatedWorld(known?: readonly string[]) {
  const world = await memoryWorld()
  const { cluster, host } = world
  const postgres = memoryPostgres()
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'databases' } })
  for (const object of [...smallDefinitions(known), ...clusterObjects('a CA', 'apps-own')])
    await cluster.apply(object)
  cluster.behaviour.services['databases/postgres-cluster-rw:5432'] = { host: '127.0.0.1', port: 1 }
  const text = `${operatedSite.replace('dragonfly.databases.svc', 'dragonfly.bank.example')}\nescrow: none\n`
  await host.files.write('site.yaml', Buffer.from(text))
  const operator = startOperator(memoryHands(cluster), postgres.superuser)
  let acting = Promise.resolve()
  const act = () => {
    acting = acting.then(() => operator.act(Date.now()))
    return acting
  }
  const timer = setInterval(act, 20)
  stop = () => clearInterval(timer)
  cluster.behaviour.letGo = act
  return { ...world, postgres, operator, host: { ...host, database: postgres, random } }
}

test('a site under CloudNativePG is installed, left as it is, removed, found again, and purged', async () => {
  const { cluster, host, postgres, runtime } = await operatedWorld()
  await installOn(host, '1.0.0')
  expect(postgres.databases.get('infisical')).toMatchObject({ owner: 'infisical', open: false })
  const variables = (await secretIn(cluster, 'demo', 'infisical-secrets')) ?? {}
  expect(Buffer.from(variables['DB_ROOT_CERT'] ?? '', 'base64').toString()).toBe('a CA')
  expect(variables['DB_CONNECTION_URI']).toMatch(
    /@postgres-cluster-rw\.databases\.svc:5432\/infisical\?sslmode=verify-full$/,
  )

  // But for the journal, which a proof is written into.
  const written = () => objectsIn(cluster).filter(({ metadata }) => !metadata.name.includes('journal'))
  const before = written()
  await installOn(host, '1.0.0')
  expect(written()).toEqual(before)

  const { kept } = await removeFrom(host, '1.0.0', false)
  expect(kept).toContain('database infisical and role infisical, with their objects for CloudNativePG')
  expect(await cluster.get(kinds.cnpgDatabase, 'postgres-cluster-infisical', 'databases')).toBeDefined()
  postgres.databases.set('infisical', {
    ...{ owner: 'infisical', encoding: 'UTF8', open: false, tables: ['infisical_migrations'] },
  })
  await installOn(host, '1.0.0')
  expect((await secretIn(cluster, 'demo', 'infisical-secrets'))?.['DB_CONNECTION_URI']).toBe(
    variables['DB_CONNECTION_URI'],
  )

  const { removed } = await removeFrom(host, '1.0.0', true)
  expect(removed).toContain('database infisical and role infisical')
  expect([...postgres.databases.keys(), ...postgres.roles.keys()]).toEqual(['app', 'postgres', 'app'])
  const left = cluster
    .objects()
    .filter(({ metadata }) => metadata.name.startsWith('postgres-cluster-infisical'))
  expect(left).toEqual([])
  expect((await runtime.images()).length).toBe(0)
})

test('a plan says what the operator gets, and tells it nothing', async () => {
  const { cluster, host, postgres } = await operatedWorld()
  // The operator writes what it sees of its own Cluster meanwhile.
  const written = () => objectsIn(cluster).filter(({ kind }) => kind !== 'Cluster')
  const before = written()
  const first = await planOn(host)
  expect(written()).toEqual(before)
  expect(first.database.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual([
    'create role infisical',
    'create database infisical',
    'create tables infisical',
    'change comment infisical',
  ])
  const ofOperator = first.objects.filter(({ namespace }) => namespace === 'databases')
  expect(ofOperator.map(({ change, kind, name }) => `${change} ${kind} ${name}`).sort()).toEqual([
    'create Database postgres-cluster-infisical',
    'create DatabaseRole postgres-cluster-infisical',
    'create Secret postgres-cluster-infisical-login',
  ])
  await installOn(host, '1.0.0')
  postgres.databases.set('infisical', {
    ...{ owner: 'infisical', encoding: 'UTF8', open: false, tables: ['infisical_migrations'] },
  })
  const again = await planOn(host)
  expect(again.objects.filter(({ change }) => change !== 'stays')).toEqual([])
  expect(again.database.filter(({ kind }) => kind !== 'comment')).toEqual([])
})

test('a plan says what a person has to add for an operator that knows no roles', async () => {
  const { host } = await operatedWorld(['clusters', 'databases'])
  const { database, objects } = await planOn(host)
  expect(database[0]).toMatchObject({ kind: 'role', detail: expect.stringContaining('which a person adds') })
  expect(objects.filter(({ kind }) => kind === 'DatabaseRole')).toEqual([])
})

test('what a plain site refuses, it refuses before the first change: no connections are left', async () => {
  const { cluster, host, postgres } = await operatedWorld()
  postgres.used = 90
  const before = objectsIn(cluster)
  await expect(installOn(host, '1.0.0')).rejects.toMatchObject({
    code: 'DATABASE_UNFIT',
    hints: expect.arrayContaining([
      'What is set at this server is spec.postgresql.parameters of Cluster databases/postgres-cluster.',
    ]),
  })
  expect(objectsIn(cluster)).toEqual(before)
})

test('an operator that knows no roles is waited for: install shows what to add, and goes on once it is there', async () => {
  const { cluster, host, postgres } = await operatedWorld(['clusters', 'databases'])
  const talk = recordedTalk()
  const installing = installOn(host, '1.0.0', {}, talk)
  while (!talk.told.some(line => line.includes('passwordSecret')))
    await new Promise(resolve => setTimeout(resolve, 10))
  const first = talk.told.findIndex(line => line.startsWith('warning: CloudNativePG before 1.30'))
  const after = talk.told.slice(first + 1)
  const end = after.findIndex(line => line.startsWith('warning: ')) // a step's beside it
  const stanza = parseYaml(after.slice(0, end < 0 ? undefined : end).join('\n')) as object
  const metadata = { name: 'postgres-cluster', namespace: 'databases' }
  await cluster.applyAs('person', { ...kinds.cnpgCluster, metadata, ...stanza })
  await installing
  expect(postgres.databases.get('infisical')).toMatchObject({ owner: 'infisical', open: false })
  const { kept } = await removeFrom(host, '1.0.0', true)
  expect(kept).toContain(
    'database infisical and role infisical: role infisical is in spec.managed.roles of Cluster databases/postgres-cluster: take it out there',
  )
})
