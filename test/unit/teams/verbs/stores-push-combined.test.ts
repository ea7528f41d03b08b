/** Pushes beside what else stores can be: one store for all teams, and a login without a secret. */
import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { writersOf } from '../../../../src/teams/rotation/readers.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { enforceTokenPolicy } from '../../../support/token-policy.ts'
import { secretIn } from '../../site/wire/memory.ts'
import { lines } from './helpers.ts'
import { looking, type OneStoreSite, oneStoreSite } from './one-store-site.ts'

const push = {
  ...{ name: 'tls-certificate', namespace: 'talent-mesh', source: 'edge-tls' },
  data: { 'tls.crt': '/edge/certificates/TLS_CRT' },
}
const serve = (pushSecrets: readonly object[]) => [
  { project: 'talent-mesh', environment: 'prod', namespaces: ['talent-mesh'], pushSecrets },
]
const prod = { into: [{ project: 'talent-mesh', environments: ['prod'] }] }
const files = (pushSecrets: readonly object[], more: object = {}) =>
  looking(prod, { serve: serve(pushSecrets), ...more })
const loss = 'remove push-secret talent-mesh/tls-certificate: what it brought stays in Infisical'

let site: OneStoreSite
let capabilities: string
beforeEach(async () => {
  site = await oneStoreSite()
  await enforceTokenPolicy(site.cluster)
  capabilities = 'ReadWrite'
  const { cluster, server } = site
  const { react } = cluster.behaviour
  server.kubernetesAuth.allowInternal = false
  cluster.behaviour.react = async (object: KubernetesObject, self: MemoryCluster) => {
    await react?.(object, self)
    const { kind, apiVersion, metadata, status } = object
    const variables = (await secretIn(cluster, 'infisical', 'infisical-secrets')) ?? {}
    server.kubernetesAuth.allowInternal = variables['ALLOW_INTERNAL_IP_CONNECTIONS'] === 'true'
    if (kind !== 'ClusterSecretStore' || status !== undefined) return
    const conditions = [{ type: 'Ready', status: 'True' }]
    const said = { status: { conditions, capabilities } }
    await self.applyAs('eso', { ...{ apiVersion, kind, metadata: { name: metadata.name } }, ...said })
  }
  await cluster.apply({ ...kinds.namespace, metadata: { name: 'talent-mesh' } })
  await cluster.apply({
    ...kinds.crd,
    metadata: { name: 'pushsecrets.external-secrets.io' },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'PushSecret' } },
      versions: [{ name: 'v1alpha1' }],
    },
  })
  await cluster.applyAs('cert-manager', {
    ...kinds.secret,
    metadata: { name: push.source, namespace: push.namespace },
    data: { 'tls.crt': Buffer.from('certificate').toString('base64') },
  })
})
const live = () => site.cluster.get(kinds.pushSecret, push.name, push.namespace)

test('beside one store for all, a push goes through the store of its environment, and the one sees its folder', async () => {
  const { changed, unmet, unready } = await site.apply(files([push]))
  expect([unmet, unready]).toEqual([[], []])
  expect(lines(changed)).toContain('create folder talent-mesh/prod/edge/certificates: with /edge')
  expect((await live())?.['spec']).toMatchObject({
    secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'talent-mesh.prod' }],
  })
  for (const folder of ['talent-mesh/prod/edge', 'talent-mesh/prod/edge/certificates'])
    expect(site.server.sharing.reads(`platform-view/all/${folder}`, folder)).toBe(true)
  expect(await site.plan(files([push]))).toMatchObject({ differences: [], extras: [], unmet: [] })
})

test('a folder that is made for a push is looked into by the apply that makes it', async () => {
  await site.apply(files([]))
  const planned = await site.plan(files([push]))
  const { changed } = await site.apply(files([push]))
  expect(lines(changed).toSorted()).toEqual(lines(planned.differences).toSorted())
  expect(lines(changed)).toEqual(
    expect.arrayContaining([
      'create folder talent-mesh/prod/edge/certificates: with /edge',
      'change privilege external-secrets.talent-mesh.prod in talent-mesh: prod: reads /**, pushes to /edge/certificates',
      'create grant talent-mesh/prod/edge: to platform-view',
      'create grant talent-mesh/prod/edge/certificates: to platform-view',
      'create import talent-mesh/prod/edge/certificates: in platform-view',
    ]),
  )
  expect((await site.plan(files([push]))).differences).toEqual([])
})

test('where External Secrets Operator only reads, the one store is made all the same, and looks into no such folder', async () => {
  capabilities = 'ReadOnly'
  const { changed, unmet } = await site.apply(files([push]))
  expect(unmet).toMatchObject([{ name: 'PushSecret talent-mesh/tls-certificate' }])
  expect(lines(changed).filter(line => /edge|push/.test(line))).toEqual([])
  expect(lines(changed)).toContain(
    "change store infisical-store: serves every namespace; the install's own gets another name",
  )
})

test('a prune of its project takes the push, and leaves the one store', async () => {
  await site.apply(files([push]))
  expect(lines((await site.plan(files([]))).extras)).toEqual([loss])
  const { changed } = await site.apply(files([]), ['talent-mesh'])
  expect(site.confirmed).toEqual(['talent-mesh', 'push-secret talent-mesh/tls-certificate'])
  expect(lines(changed)).toContain(loss)
  expect(await live()).toBeUndefined()
  expect((await site.plan(files([]))).extras).toEqual([])
})

test('a store that goes takes its pushes first', async () => {
  await site.apply(files([push]))
  const { changed } = await site.apply(looking(prod), ['talent-mesh'])
  const removed = lines(changed).filter(line => line.startsWith('remove'))
  expect(removed[0]).toBe(loss)
  expect(removed).toContain('remove store talent-mesh.prod')
  expect(await live()).toBeUndefined()
})

test('with a login as the service account pushes are the same, and go on over a change of logins', async () => {
  await site.cluster.applyAs('helm', {
    ...kinds.deployment,
    metadata: {
      ...{ name: 'eso', namespace: 'external-secrets' },
      labels: { 'helm.sh/chart': 'external-secrets-2.9.0' },
    },
    spec: { replicas: 1, template: { spec: { serviceAccountName: 'eso', containers: [{ name: 'eso' }] } } },
  })
  await site.cluster.applyAs('controller', {
    ...kinds.configMap,
    metadata: { name: 'kube-root-ca.crt', namespace: 'external-secrets' },
    data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
  })
  const { unmet } = await site.apply(files([push], { login: 'kubernetes' }))
  expect(unmet).toEqual([])
  expect((await live())?.['spec']).toMatchObject({ selector: { secret: { name: 'edge-tls' } } })
  const version = (await live())?.metadata['resourceVersion']
  expect((await site.plan(files([push], { login: 'kubernetes' }))).differences).toEqual([])
  const { changed } = await site.apply(files([push]))
  expect(lines(changed).filter(line => /push|folder|privilege/.test(line))).toEqual([])
  expect((await live())?.metadata['resourceVersion']).toBe(version)
})

test('what rotates passwords sees that a push of the file writes the secret', async () => {
  await site.apply(files([push]))
  const folder = { project: 'talent-mesh', environment: 'prod', path: '/edge/certificates' }
  expect(await writersOf(site.cluster, folder, ['TLS_CRT'])).toEqual(['talent-mesh/tls-certificate'])
  expect(await writersOf(site.cluster, folder, ['OTHER'])).toEqual([])
})
