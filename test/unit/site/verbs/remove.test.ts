/** Which bundle and site file a removal is done with, and what is in its way. */
import { beforeEach, describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { closeReceipt, noteBegun, writeReceipt } from '../../../../src/site/install/index.ts'
import {
  bundles,
  installOn,
  killed,
  type MemorySite,
  memorySite,
  namesOnNode,
  objectsIn,
  proven,
  removeFrom,
} from './memory-site.ts'

const managed = { 'app.kubernetes.io/managed-by': 'sealift' }
let site: MemorySite
let host: SiteHost
/** Releases that helm was told to take away. */
let uninstalled: string[]

beforeEach(async () => {
  site = await memorySite()
  uninstalled = []
  const helm = await site.host.helmFrom(new Uint8Array())
  const uninstall = async (release: string) => void uninstalled.push(release)
  host = { ...site.host, helmFrom: async () => ({ ...helm, uninstall }) }
})

const { lock } = bundles['1.0.0']
const begin = () => expect(installOn(host, '1.0.0')).rejects.toBe(killed)

/** All that a removal could take, but the lease, which it holds. */
const everything = async () => [await namesOnNode(site), [...uninstalled], objectsIn(site.cluster)]

describe.each([false, true])('with purge %s', purge => {
  const refused = (message: string) => ({ code: 'FOREIGN_INSTALL', message })

  async function nothingIsTaken(error: object): Promise<void> {
    const before = await everything()
    await expect(removeFrom(host, '1.0.0', purge)).rejects.toMatchObject(error)
    expect(await everything()).toEqual(before)
  }

  test('what another bundle has begun is left', async () => {
    await begin()
    await noteBegun(site.cluster, { name: 'other', version: '2.0.0' }, 'bank-prod')
    await nothingIsTaken(
      refused('other 2.0.0 was begun here and did not come to its end, and this bundle is sample 1.0.0'),
    )
  })

  test('what another bundle has left is left', async () => {
    await begin()
    await noteBegun(site.cluster, { name: 'sample', version: '1.0.0' }, 'bank-prod')
    await removeFrom(host, '1.0.0', false)
    const data = { name: 'other', version: '2.0.0', removed: proven.at }
    await site.cluster.apply({
      ...kinds.configMap,
      metadata: { name: 'sealift-receipt', namespace: 'sealift-system' },
      data,
    })
    await nothingIsTaken(
      refused('other 2.0.0 was installed here and left its database, and this bundle is sample 1.0.0'),
    )
  })

  test('what another version has installed under other names is left', async () => {
    await begin()
    const charts = lock.charts.map(chart => ({ ...chart, namespace: 'elsewhere' }))
    await writeReceipt(site.cluster, { ...proven, lock: { ...lock, charts } })
    await nothingIsTaken({
      ...refused('this bundle does not have every release that is here'),
      faults: ['release demo in namespace elsewhere'],
    })
  })
})

test.each(['other', 'sample'])(
  'what was begun over what %s 0.9.0 left is removed with its own',
  async name => {
    await begin()
    const charts = lock.charts.map(chart => ({ ...chart, namespace: 'elsewhere' }))
    const left = { ...lock, metadata: { name, version: '0.9.0' }, charts }
    await writeReceipt(site.cluster, { ...proven, site: 'bank-old', lock: left })
    await closeReceipt(site.cluster, proven.at)
    await noteBegun(site.cluster, { name: 'sample', version: '1.0.0' }, 'bank-prod')
    await removeFrom(host, '1.0.0', true)
    expect(uninstalled).toEqual(['eso', 'demo'])
  },
)

test('ESO’s webhook may be down: the store goes after it', async () => {
  await begin()
  const labels = { 'dev.sealift/release': 'eso' }
  await site.cluster.create({
    ...kinds.crd,
    metadata: { name: 'clustersecretstores.external-secrets.io', labels },
    spec: {
      group: 'external-secrets.io',
      scope: 'Cluster',
      names: { kind: 'ClusterSecretStore' },
      versions: [{ name: 'v1' }],
    },
  })
  await site.cluster.create({
    ...kinds.clusterSecretStore,
    metadata: { name: 'infisical-store', labels: managed },
  })
  const { cluster } = site
  const judged: SiteHost['cluster'] = {
    ...cluster,
    async delete(kind, ...rest) {
      if (kind.kind === 'ClusterSecretStore' && uninstalled.length === 0)
        throw new SealiftError(
          'CLUSTER_FAILED',
          'failed calling webhook "validate.clustersecretstore": refused',
        )
      return cluster.delete(kind, ...rest)
    },
  }
  await removeFrom({ ...host, cluster: judged }, '1.0.0', false)
  expect(uninstalled).toEqual(['eso', 'demo'])
  expect(await cluster.get(kinds.clusterSecretStore, 'infisical-store')).toBeUndefined()
})

test('what has the names of Sealift’s objects and is somebody else’s stays', async () => {
  await begin()
  const theirs = { name: 'infisical-universal-auth', namespace: 'eso' }
  await site.cluster.delete(kinds.secret, theirs.name, theirs.namespace)
  await site.cluster.create({ ...kinds.secret, metadata: theirs })
  await removeFrom(host, '1.0.0', false)
  expect(await site.cluster.get(kinds.secret, theirs.name, theirs.namespace)).toBeDefined()
})

test.each([
  ['is proven', () => writeReceipt(site.cluster, { ...proven, site: 'bank-test', lock })],
  ['has begun', () => noteBegun(site.cluster, { name: 'sample', version: '1.0.0' }, 'bank-test')],
  [
    'had begun, and left its data',
    async () => {
      await noteBegun(site.cluster, { name: 'sample', version: '1.0.0' }, 'bank-test')
      await closeReceipt(site.cluster, proven.at)
    },
  ],
])('another site than the file says is left: it %s', async (_, happened) => {
  await begin()
  await happened()
  await expect(removeFrom(host, '1.0.0', true)).rejects.toMatchObject({
    code: 'FOREIGN_INSTALL',
    message: 'this cluster is site bank-test, and the site file is of bank-prod',
  })
  expect(uninstalled).toEqual([])
})

test.each(['ExternalSecret', 'SecretStore', 'ClusterSecretStore'])(
  'a team’s %s stands in the way of a purge',
  async kind => {
    await begin()
    const group = 'external-secrets.io'
    const spec = {
      ...{ group, scope: kind.startsWith('Cluster') ? 'Cluster' : 'Namespaced', names: { kind } },
      versions: [{ name: 'v1beta1' }, { name: 'v1', storage: true }],
    }
    const labels = { 'dev.sealift/release': 'eso' }
    await site.cluster.create({ ...kinds.crd, metadata: { name: `x.${group}`, labels }, spec })
    await site.cluster.create({ apiVersion: `${group}/v1`, kind, metadata: { name: 'theirs' } })
    await expect(removeFrom(host, '1.0.0', true)).rejects.toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: '1 object of other teams would be lost with the CRDs',
      faults: [expect.stringContaining(kind)],
    })
    expect(uninstalled).toEqual([])
    await removeFrom(host, '1.0.0', false)
  },
)

test.each([
  [true, 'externalSecret'],
  [false, 'externalSecret'],
  [true, 'pushSecret'],
] as const)(
  'what Sealift made for teams goes with a purge (%s, %s) while ESO can let go of it',
  async (purge, of) => {
    const { kind, apiVersion } = kinds[of]
    await begin()
    const spec = {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind } },
      versions: [{ name: apiVersion.split('/')[1], storage: true }],
    }
    const labels = { 'dev.sealift/release': 'eso' }
    const name = `${kind.toLowerCase()}s.external-secrets.io`
    await site.cluster.create({ ...kinds.crd, metadata: { name, labels }, spec })
    const made = { name: 'made', namespace: 'default', labels: managed }
    await site.cluster.create({ ...kinds[of], metadata: made })
    const seen: string[][] = []
    const { cluster } = site
    const held: SiteHost['cluster'] = {
      ...cluster,
      async delete(gone, ...rest) {
        if (gone.kind === kind) throw new SealiftError('CLUSTER_FAILED', 'held by finalizers')
        return cluster.delete(gone, ...rest)
      },
    }
    if (purge) {
      const error = await removeFrom({ ...host, cluster: held }, '1.0.0', true).catch((e: unknown) => e)
      const hints = [expect.stringContaining('install it again, and purge then')]
      expect(error).toMatchObject({ code: 'CLUSTER_FAILED', hints })
      expect(uninstalled).toEqual([])
    }
    const noting: SiteHost['cluster'] = {
      ...cluster,
      async delete(gone, ...rest) {
        if (gone.kind === kind) seen.push([...rest.slice(0, 2).map(String), ...uninstalled])
        return cluster.delete(gone, ...rest)
      },
    }
    const { removed } = await removeFrom({ ...host, cluster: noting }, '1.0.0', purge)
    expect(seen).toEqual(purge ? [['made', 'default']] : [])
    expect(removed.includes(`${kind} default/made`)).toBe(purge)
  },
)
