import { beforeEach, describe, expect, it } from 'vitest'
import { managed } from '../../../../src/kernel/access/index.ts'
import { fieldsOf } from '../../../../src/kernel/objects/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { type MigrateRequest, migrationFault } from '../../../../src/teams/verbs/migrate-sops/index.ts'
import { rejection, secretIn } from '../../site/wire/memory.ts'
import { operatorIn } from './migrate-operator.ts'
import { type MigrateSite, migrateSite, sourcesOf } from './migrate-site.ts'

const namespace = 'talent-mesh'
const operator = operatorIn(namespace)
const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
const before = { kind: 'SecretStore', name: 'old' }
const after = { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }
const sources = sourcesOf({ PASSWORD: 'v', USER: 'app' })

const values: Readonly<Record<string, string>> = { PASSWORD: 'v', USER: 'app', ONLY_BEFORE: 'v', OTHER: 'x' }
const inOld = (key: string) => values[key]
const faithful = (store: string, key: string) =>
  store === 'old' || ['PASSWORD', 'USER'].includes(key) ? inOld(key) : key === 'OTHER' ? 'y' : undefined

let site: MigrateSite
beforeEach(async () => {
  site = await migrateSite()
  const { cluster } = site
  cluster.behaviour.react = operator(faithful)
  await cluster.create({ ...kinds.namespace, metadata: { name: namespace } })
  await cluster.create({
    ...{ ...kinds.clusterSecretStore, metadata: { name: after.name }, status: ready },
    spec: {
      conditions: [{ namespaces: [namespace] }],
      provider: { infisical: { secretsScope: { expandSecretReferences: false } } },
    },
  })
  await made('db', { password: 'PASSWORD', user: 'USER' })
})

/** As somebody else makes one. */
async function made(name: string, keys: Readonly<Record<string, string>>, more: object = {}, metadata = {}) {
  await site.cluster.create({
    ...{ ...kinds.externalSecret, metadata: { name, namespace, ...metadata } },
    spec: {
      ...{ refreshInterval: '1h', secretStoreRef: before, target: { name: `${name}-secret` } },
      data: Object.entries(keys).map(([secretKey, key]) => ({ secretKey, remoteRef: { key } })),
      ...more,
    },
  })
}
const run = (name = 'db', more: Partial<MigrateRequest> = {}) =>
  site.run(sources, { apply: true, switches: [{ namespace, name }], ...more })
const live = (name = 'db') => site.cluster.get(kinds.externalSecret, name, namespace)
const storeOf = async (name = 'db') => fieldsOf((await live(name))?.['spec'])['secretStoreRef']

describe('an ExternalSecret', () => {
  it('is planned, and stays as it is', async () => {
    const planned = await run('db', { apply: false })
    expect(planned.switches).toMatchObject([
      { externalSecret: 'talent-mesh/db', secret: 'talent-mesh/db-secret', state: 'planned' },
    ])
    expect([migrationFault(planned, []), await storeOf()]).toEqual([undefined, before])
  })

  it('is switched, keeps all else, and has what it had noted', async () => {
    const spec = fieldsOf((await live())?.['spec'])
    expect((await run()).switches).toMatchObject([{ state: 'switched', keys: 2 }])
    expect(await live()).toMatchObject({
      metadata: { annotations: { 'sealift.dev/store-before': JSON.stringify(before) } },
      spec: { ...spec, secretStoreRef: after },
    })
    expect((await run('db-secret')).switches).toMatchObject([{ state: 'already' }])
    const names = (await site.cluster.list(kinds.secret, namespace)).map(({ metadata }) => metadata.name)
    expect(names).toEqual(['db-secret'])
  })

  it('is not touched where the other store would bring something else, nor are those after it', async () => {
    await made('other', { other: 'OTHER' })
    const switches = ['other', 'db'].map(name => ({ namespace, name }))
    const applied = await run('db', { switches })
    expect(applied.switches).toMatchObject([
      { state: 'kept', why: 'would bring other otherwise than it is now' },
      { state: 'planned' },
    ])
    expect(migrationFault(applied, [])).toMatchObject({ code: 'PARITY_FAILED', exitCode: 75 })
    expect([await storeOf('other'), await storeOf()]).toEqual([before, before])
  })

  it('gets its store back where its own Secret becomes another all the same', async () => {
    site.cluster.behaviour.react = operator((store, key, name) =>
      store === after.name && name === 'db' ? 'changed meanwhile' : faithful(store, key),
    )
    const applied = await run()
    expect(applied.switches).toMatchObject([
      { state: 'kept', why: 'brought password, user otherwise than before' },
    ])
    expect(await storeOf()).toEqual(before)
    expect(await secretIn(site.cluster, namespace, 'db-secret')).toEqual({ password: 'v', user: 'app' })
    expect((await live())?.metadata.annotations ?? {}).toEqual({})
  })

  it('gets its store back where nobody can look at it any more', async () => {
    const faithfully = operator(faithful)
    const { behaviour } = site.cluster
    behaviour.react = async (object, cluster) => {
      const { name } = fieldsOf(fieldsOf(object['spec'])['secretStoreRef'])
      const isSwitched = object.metadata.name === 'db' && name === after.name
      if (isSwitched) behaviour.denies = (verb, { kind }) => verb === 'get' && kind === 'ExternalSecret'
      await faithfully(object, cluster)
    }
    expect((await rejection(run())).code).toBe('CLUSTER_DENIED')
    behaviour.denies = () => false
    expect(await storeOf()).toEqual(before)
  })

  it('whose key the other store has not is told with what the operator says', async () => {
    await made('missing', { only: 'ONLY_BEFORE' })
    const applied = await run('missing')
    expect(applied.switches).toMatchObject([{ state: 'kept', why: expect.stringContaining('by ESO') }])
    expect(await live('missing.sealift-trial')).toBeUndefined()
  })

  it('that has the store already and cannot read from there is told', async () => {
    await made('unread', { only: 'ONLY_BEFORE' }, { secretStoreRef: after })
    const applied = await run('unread')
    expect(applied.switches).toMatchObject([{ state: 'already', why: expect.stringContaining('by ESO') }])
    expect(migrationFault(applied, [])).toMatchObject({
      code: 'PARITY_FAILED',
      message: 'all is written, but 1 ExternalSecret that has the store already cannot read from there',
      faults: [expect.stringContaining('by ESO')],
    })
  })

  it('whose Secret is not what it was, though it has its store again, is told with that', async () => {
    let changed = false
    site.cluster.behaviour.react = operator((store, key, name) => {
      changed ||= store === after.name && name === 'db'
      return changed ? 'changed for good' : faithful(store, key)
    })
    expect((await run()).switches).toMatchObject([
      {
        state: 'kept',
        why: expect.stringMatching(
          /otherwise than before; it has its old store again, and its Secret is not/,
        ),
      },
    ])
    expect(await storeOf()).toEqual(before)
  })

  it('is tried without labels, by which others would take the Secret for theirs', async () => {
    const template = { type: 'Opaque', metadata: { labels: { 'argocd.argoproj.io/secret-type': 'cluster' } } }
    await made('labelled', { password: 'PASSWORD' }, { target: { name: 'labelled-secret', template } })
    const { behaviour } = site.cluster
    const faithfully = operator(faithful)
    let tried: unknown
    behaviour.react = async (object, cluster) => {
      if (object.metadata.name.endsWith('.sealift-trial') && object.kind === 'ExternalSecret')
        tried ??= fieldsOf(fieldsOf(object['spec'])['target'])['template']
      await faithfully(object, cluster)
    }
    expect((await run('labelled')).switches).toMatchObject([{ state: 'switched' }])
    expect(tried).toEqual({ type: 'Opaque' })
    expect(fieldsOf(fieldsOf((await live('labelled'))?.['spec'])['target'])['template']).toEqual(template)
  })

  it('that a killed run has tried leaves nothing behind, whatever is switched next', async () => {
    await run()
    await made('gone.sealift-trial', { password: 'PASSWORD' }, {}, { labels: managed })
    await made('theirs.sealift-trial', { password: 'PASSWORD' })
    expect((await run()).switches).toMatchObject([{ state: 'already' }])
    expect(await live('gone.sealift-trial')).toBeUndefined()
    expect(await live('theirs.sealift-trial')).toBeDefined()
  })

  it('is not tried where somebody else has what it would be tried with', async () => {
    await made('db.sealift-trial', { password: 'PASSWORD' })
    expect((await run()).switches).toMatchObject([
      { state: 'kept', why: 'there is an ExternalSecret db.sealift-trial that Sealift did not make' },
    ])
    expect(await live('db.sealift-trial')).toBeDefined()
  })
})

describe('nothing is written where an ExternalSecret cannot be switched', () => {
  const why = async (name = 'db') => {
    const applied = await run(name)
    expect(applied).not.toHaveProperty('written')
    expect(migrationFault(applied, [])?.code).toBe('MIGRATION_UNFIT')
    expect(site.folder()).toEqual({})
    return applied.switches[0]?.why
  }

  it('because there is none of that name', async () => {
    expect(await why('dbs')).toMatch(/no ExternalSecret of that name.*did you mean db\?/)
  })

  it('because the store is not there, not ready, or not for that namespace', async () => {
    const { cluster } = site
    const store = await cluster.get(kinds.clusterSecretStore, after.name)
    await cluster.delete(kinds.clusterSecretStore, after.name)
    expect(await why()).toMatch(/there is no store talent-mesh\.prod: sealift stores apply/)
    await cluster.create({
      ...kinds.clusterSecretStore,
      metadata: { name: after.name },
      spec: store?.['spec'],
    })
    expect(await why()).toMatch(/is not ready/)
    await cluster.delete(kinds.clusterSecretStore, after.name)
    const spec = { ...fieldsOf(store?.['spec']), conditions: [{ namespaces: ['others'] }] }
    await cluster.create({ ...kinds.clusterSecretStore, metadata: { name: after.name }, spec, status: ready })
    expect(await why()).toMatch(/does not serve namespace talent-mesh/)
  })

  it.each([
    ['Sealift made it', {}, { labels: managed }, /was made by Sealift/],
    [
      'it takes from a generator',
      { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } }] },
      {},
      /sourceRef/,
    ],
    [
      'it makes something else',
      { target: { name: 'x-secret', manifest: { kind: 'ConfigMap' } } },
      {},
      /something else than a Secret/,
    ],
    ['it has no store', { secretStoreRef: undefined }, {}, /has no store of its own/],
    [
      'it has brought nothing yet',
      { target: { name: 'x-secret' }, data: [{ secretKey: 'a', remoteRef: { key: 'NOWHERE' } }] },
      {},
      /has made no Secret x-secret yet/,
    ],
  ])('because %s', async (_, more, metadata, expected) => {
    await made('x', { password: 'PASSWORD' }, more, metadata)
    expect(await why('x')).toMatch(expected)
  })
})
