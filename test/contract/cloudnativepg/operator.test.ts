import { beforeEach, describe, expect, it } from 'vitest'
import { type KubernetesObject, kinds } from '../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../src/site/wire/secrets.ts'
import { memorySetting } from '../../support/cloudnativepg/setting.ts'

// What CloudNativePG 1.30.0 was seen to do, of the one of ours that stands in for it.
let setting: Awaited<ReturnType<typeof memorySetting>>
beforeEach(async () => {
  setting = await memorySetting()
})

const named = (kind: 'cnpgRole' | 'cnpgDatabase', spec: object): KubernetesObject => ({
  ...kinds[kind],
  metadata: { name: 'x', namespace: 'databases' },
  spec: { cluster: { name: 'postgres-cluster' }, name: 'x', ...spec },
})
const role = named('cnpgRole', { login: true, passwordSecret: { name: 'x' } })
const database = named('cnpgDatabase', { owner: 'x' })

/** Lets so many seconds pass, a tenth at a time. */
async function pass(seconds: number) {
  for (let tenth = 0; tenth < seconds * 10; tenth++) await setting.clock.sleep(100)
}

async function statusOf({ kind, apiVersion }: KubernetesObject) {
  return (await setting.cluster.get({ kind, apiVersion }, 'x', 'databases'))?.['status']
}

async function putSecret(password: string, labels: Readonly<Record<string, string>>) {
  const secret = secretObject('databases', 'x', { username: 'x', password })
  await setting.cluster.applyAs('person', { ...secret, metadata: { ...secret.metadata, labels } })
}

describe('the small operator', () => {
  it('is refused the Secret at its first try, and tries again after 30 s, or when it is asked', async () => {
    await putSecret('word', {})
    await setting.cluster.apply(role)
    await pass(29)
    expect(await statusOf(role)).toEqual({
      ...{
        applied: false,
        message: expect.stringMatching(/^secrets "x" is forbidden: User "system:serviceaccount:/),
      },
    })
    await pass(2)
    expect(await statusOf(role)).toMatchObject({ applied: true, message: '' })

    await setting.cluster.delete(kinds.cnpgRole, 'x', 'databases')
    await setting.cluster.apply({
      ...role,
      spec: { ...(role['spec'] as object), passwordSecret: { name: 'y' } },
    })
    await pass(1)
    await setting.cluster.apply({
      ...role,
      metadata: { ...role.metadata, annotations: { again: 'please' } },
      spec: { ...(role['spec'] as object), passwordSecret: { name: 'y' } },
    })
    await pass(1)
    expect(await statusOf(role)).toMatchObject({ applied: false, message: 'secrets "y" not found' })
  })

  it('takes up a new password by the label alone, and the old one is over', async () => {
    await putSecret('first', {})
    await setting.cluster.apply(role)
    await pass(31)
    await putSecret('second', {})
    await pass(300)
    expect(setting.postgres.roles.get('x')?.password).toBe('first')
    await putSecret('third', { 'cnpg.io/reload': 'true' })
    await pass(0.6)
    expect(setting.postgres.roles.get('x')?.password).toBe('third')
  })

  it('tries a database at 0, 5 and 10 s, then every 30, with PostgreSQL’s own words', async () => {
    await setting.cluster.apply(database)
    const counts: (number | undefined)[] = []
    for (const seconds of [4, 5, 5, 20, 11, 30]) {
      await pass(seconds)
      counts.push(setting.operator.tries.get('x'))
    }
    expect(counts).toEqual([1, 2, 3, 3, 4, 5])
    expect(await statusOf(database)).toEqual({
      ...{ applied: false, message: 'role "x" does not exist (SQLSTATE 42704)' },
    })
  })

  it('makes nothing again that was dropped by hand, until its spec changes', async () => {
    await setting.postgres.superuser.role({ name: 'x', password: 'word', createdb: false, comment: '' })
    await setting.cluster.apply(database)
    await pass(1)
    setting.postgres.databases.delete('x')
    await pass(120)
    expect(setting.postgres.databases.has('x')).toBe(false)
    await setting.cluster.apply(named('cnpgDatabase', { owner: 'x', connectionLimit: 5 }))
    await pass(1)
    expect(setting.postgres.databases.has('x')).toBe(true)
  })

  it('keeps what goes with its object unless that says otherwise, and is stuck where it cannot drop', async () => {
    await putSecret('word', { 'cnpg.io/reload': 'true' })
    await setting.cluster.apply(role)
    await pass(31)
    await setting.cluster.apply(database)
    await pass(1)
    const going = { ...role, spec: { ...(role['spec'] as object), databaseRoleReclaimPolicy: 'delete' } }
    await setting.cluster.apply(going)
    await expect(setting.cluster.delete(kinds.cnpgRole, 'x', 'databases')).rejects.toThrow(
      'still being deleted',
    )
    expect(await statusOf(role)).toMatchObject({
      message: expect.stringContaining('some objects depend on it'),
    })
    await setting.cluster.delete(kinds.cnpgDatabase, 'x', 'databases')
    expect([setting.postgres.databases.has('x'), setting.postgres.roles.has('x')]).toEqual([true, true])
  })

  it('leaves a role alone that its Cluster has, and one that another object has', async () => {
    await setting.cluster.applyAs('person', {
      ...{ ...kinds.cnpgCluster, metadata: { name: 'postgres-cluster', namespace: 'databases' } },
      spec: { managed: { roles: [{ name: 'x' }] } },
    })
    await setting.cluster.apply(role)
    await pass(1)
    expect(await statusOf(role)).toEqual({
      ...{ applied: false, message: 'database role is already managed by the CNPG cluster' },
    })
  })
})
