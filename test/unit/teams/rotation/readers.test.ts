import { beforeEach, expect, it } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { readersOf, writersOf } from '../../../../src/teams/rotation/readers.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { siteCluster } from '../../site/wire/memory.ts'

let cluster: MemoryCluster
beforeEach(async () => {
  cluster = await siteCluster()
  await cluster.apply({
    ...kinds.crd,
    metadata: { name: 'secretstore' },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'SecretStore' } },
      versions: [{ name: 'v1' }],
    },
  })
  const scope = (projectSlug: string, environmentSlug: string, secretsPath = '/') => ({
    provider: { infisical: { secretsScope: { projectSlug, environmentSlug, secretsPath } } },
  })
  const wide = (name: string, spec: object) =>
    cluster.apply({ ...kinds.clusterSecretStore, metadata: { name }, spec })
  await wide('talent-mesh.prod', scope('talent-mesh', 'prod'))
  await wide('talent-mesh.dev', scope('talent-mesh', 'dev'))
  await wide('of-folder', scope('talent-mesh', 'prod', '/db'))
  await wide('infisical-store', scope('looking', 'prod'))
  await wide('vault', { provider: { vault: {} } })
  await cluster.apply({
    ...kinds.secretStore,
    metadata: { name: 'own', namespace: 'databases' },
    spec: scope('talent-mesh', 'prod'),
  })
})

const folder = { project: 'talent-mesh', environment: 'prod', path: '/db' }
const read = async (spec: object) => {
  await cluster.apply({ ...kinds.externalSecret, metadata: { name: 'es', namespace: 'databases' }, spec })
  return (await readersOf(cluster, folder, ['PASSWORD', 'USER'])).map(({ target, keys }) => ({
    target,
    keys,
  }))
}
const through = (name: string, key: string, more: object = {}): object => ({
  secretStoreRef: { kind: 'ClusterSecretStore', name },
  data: [{ secretKey: 'password', remoteRef: { key, ...more } }],
})
const plain = [{ target: 'es', keys: { PASSWORD: ['password'] } }]

it.each([
  ['a key with its folder', 'talent-mesh.prod', '/db/PASSWORD', plain],
  ["a store of the secret's folder", 'of-folder', 'PASSWORD', plain],
  ['a key from the root through that', 'of-folder', '/db/PASSWORD', plain],
  ['a store that looks into others', 'infisical-store', '/talent-mesh/prod/db/PASSWORD', plain],
  ['another folder', 'talent-mesh.prod', '/dbs/PASSWORD', []],
  ['the root', 'talent-mesh.prod', 'PASSWORD', []],
  ['another secret', 'talent-mesh.prod', '/db/OTHER', []],
  ['another environment', 'talent-mesh.dev', '/db/PASSWORD', []],
  ['another environment through one that looks', 'infisical-store', '/talent-mesh/dev/db/PASSWORD', []],
  ['another provider', 'vault', '/db/PASSWORD', []],
  ['a store that is not there', 'none', '/db/PASSWORD', []],
])('by %s', async (_, store, key, expected) => {
  expect(await read(through(store, key))).toEqual(expected)
})

it('through a store of its namespace', async () => {
  const data = [{ secretKey: 'password', remoteRef: { key: '/db/PASSWORD' } }]
  expect(await read({ secretStoreRef: { name: 'own' }, data })).toEqual(plain)
})

it('through a store of the entry alone', async () => {
  const storeRef = { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }
  const data = [{ secretKey: 'password', remoteRef: { key: '/db/PASSWORD' }, sourceRef: { storeRef } }]
  expect(await read({ data })).toEqual(plain)
})

it.each([
  ['a property of it', through('talent-mesh.prod', '/db/PASSWORD', { property: 'a' })],
  ['what it decodes to', through('talent-mesh.prod', '/db/PASSWORD', { decodingStrategy: 'Base64' })],
  ['a template', { ...through('talent-mesh.prod', '/db/PASSWORD'), target: { template: { data: {} } } }],
  [
    'no Secret at all',
    { ...through('talent-mesh.prod', '/db/PASSWORD'), target: { creationPolicy: 'None' } },
  ],
  [
    'all keys of its JSON',
    {
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'talent-mesh.prod' },
      dataFrom: [{ extract: { key: '/db/PASSWORD' } }],
    },
  ],
  [
    'whatever is in its folder',
    { secretStoreRef: { kind: 'ClusterSecretStore', name: 'of-folder' }, dataFrom: [{ find: { name: {} } }] },
  ],
])('%s is not compared with it', async (_, spec) => {
  expect(await read(spec)).toEqual([{ target: 'es', keys: {} }])
})

it('with several keys for one secret, and the Secret by the name it is given', async () => {
  const { secretStoreRef } = through('talent-mesh.prod', '') as { secretStoreRef: object }
  const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } })
  const data = [entry('a', '/db/PASSWORD'), entry('b', '/db/PASSWORD'), entry('u', '/db/USER')]
  expect(await read({ secretStoreRef, data, target: { name: 'made' } })).toEqual([
    { target: 'made', keys: { PASSWORD: ['a', 'b'], USER: ['u'] } },
  ])
})

it.each([
  ['PASSWORD', 'of-folder', ['databases/push']],
  ['/db/PASSWORD', 'talent-mesh.prod', ['databases/push']],
  ['PASSWORD', 'talent-mesh.prod', []],
  ['/db/OTHER', 'talent-mesh.prod', []],
  ['/db/PASSWORD', 'vault', []],
])('a PushSecret to %s through %s is one that writes it: %j', async (remoteKey, name, expected) => {
  const pushSecret = { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret' }
  await cluster.apply({
    ...kinds.crd,
    metadata: { name: 'pushsecret' },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'PushSecret' } },
      versions: [{ name: 'v1alpha1' }],
    },
  })
  await cluster.apply({
    ...pushSecret,
    metadata: { name: 'push', namespace: 'databases' },
    spec: {
      secretStoreRefs: [{ kind: 'ClusterSecretStore', name }],
      data: [{ match: { secretKey: 'password', remoteRef: { remoteKey } } }],
    },
  })
  expect(await writersOf(cluster, folder, ['PASSWORD', 'USER'])).toEqual(expected)
})

it.each([
  [
    'chosen by labels',
    { secretStoreRefs: [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { team: 'a' } } }] },
    ['databases/push'],
  ],
  [
    'of other labels',
    { secretStoreRefs: [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { team: 'b' } } }] },
    [],
  ],
  [
    'that gets whole Secrets',
    { data: [], dataTo: [{ storeRef: { kind: 'ClusterSecretStore', name: 'labelled' } }] },
    ['databases/push'],
  ],
  [
    'that gets whole Secrets as one value',
    {
      data: [],
      dataTo: [{ storeRef: { kind: 'ClusterSecretStore', name: 'labelled' }, remoteKey: 'OTHER' }],
    },
    [],
  ],
])('a PushSecret through a store %s', async (_, fields, expected) => {
  await cluster.apply({
    ...kinds.crd,
    metadata: { name: 'pushsecret' },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'PushSecret' } },
      versions: [{ name: 'v1alpha1' }],
    },
  })
  await cluster.apply({
    ...kinds.clusterSecretStore,
    metadata: { name: 'labelled', labels: { team: 'a' } },
    spec: {
      provider: {
        infisical: {
          secretsScope: { projectSlug: 'talent-mesh', environmentSlug: 'prod', secretsPath: '/db' },
        },
      },
    },
  })
  await cluster.apply({
    ...{ apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret' },
    metadata: { name: 'push', namespace: 'databases' },
    spec: { data: [{ match: { remoteRef: { remoteKey: 'PASSWORD' } } }], ...fields },
  })
  expect(await writersOf(cluster, folder, ['PASSWORD'])).toEqual(expected)
})

it.each([
  [true, '/', 'talent-mesh', 1],
  [true, '/d', 'talent-mesh', 0],
  [false, '/', 'talent-mesh', 0],
  [true, '/', 'hr-platform', 0],
])(
  'what is found in folders below, recursive %s from %s of %s',
  async (recursive, secretsPath, projectSlug, found) => {
    await cluster.apply({
      ...kinds.clusterSecretStore,
      metadata: { name: 'wide' },
      spec: {
        provider: {
          infisical: { secretsScope: { projectSlug, environmentSlug: 'prod', secretsPath, recursive } },
        },
      },
    })
    const spec = {
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'wide' },
      dataFrom: [{ find: { name: {} } }],
    }
    expect(await read(spec)).toHaveLength(found)
  },
)

it('is nobody where there is no External Secrets Operator', async () => {
  const bare: KubernetesObject[] = await cluster.list(kinds.externalSecret)
  expect(bare).toEqual([])
  expect(await readersOf(cluster, folder, ['PASSWORD'])).toEqual([])
})
