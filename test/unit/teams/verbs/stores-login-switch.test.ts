/** From one way to log in to the other, while External Secrets Operator does not manage the new one. */
import { beforeEach, expect, test } from 'vitest'
import { type KubernetesObject, kinds, Secret } from '../../../../src/kernel/ports/index.ts'
import type { Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import { enforceTokenPolicy } from '../../../support/token-policy.ts'
import { secretIn } from '../../site/wire/memory.ts'
import { type OneStoreSite, oneStoreSite } from './one-store-site.ts'
import { serving } from './stores-site.ts'

let site: OneStoreSite
beforeEach(async () => {
  site = await oneStoreSite()
  const [namespace, chart] = ['external-secrets', { 'helm.sh/chart': 'external-secrets-2.9.0' }]
  const spec = { containers: [{ name: 'eso', args: [] }] }
  const metadata = { name: 'eso', namespace, labels: chart }
  await site.cluster.applyAs('helm', { ...kinds.deployment, metadata, spec: { template: { spec } } } as never)
  const data = { 'ca.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }
  const root = { ...kinds.configMap, metadata: { name: 'kube-root-ca.crt', namespace }, data }
  await site.cluster.applyAs('controller', root as never)
  await enforceTokenPolicy(site.cluster)
})

const as = (login: 'kubernetes' | 'universal-auth'): Tenancy => {
  const tenancy = serving({ 'talent-mesh.prod': ['talent-mesh'] })
  return { ...tenancy, ...(tenancy.stores && { stores: { ...tenancy.stores, login } }) }
}
const kept = () => secretIn(site.cluster, 'external-secrets', 'infisical-universal-auth.talent-mesh.prod')
const ways = async () => (await site.server.identities())[0]?.authMethods

/** What External Secrets Operator says of the store from now on, in place of what it said before. */
async function say(status: 'True' | 'False', cluster: MemoryCluster = site.cluster): Promise<void> {
  const condition = { type: 'Ready', status, reason: 'Said', message: 'by ESO' }
  const metadata = { name: 'talent-mesh.prod' }
  await cluster.applyAs('eso', { ...kinds.clusterSecretStore, metadata, status: { conditions: [condition] } })
}

/** It is not ready with what it is changed to; as before, it was. */
function failsWith(key: string): () => void {
  const { react } = site.cluster.behaviour
  site.cluster.behaviour.react = async (object: KubernetesObject, cluster: MemoryCluster) => {
    await react?.(object, cluster)
    const isSaid = JSON.stringify(object['status'] ?? {}).includes('"False"')
    const isStore = object.kind === 'ClusterSecretStore' && JSON.stringify(object['spec'] ?? {}).includes(key)
    if (isStore && !isSaid) await say('False', cluster)
  }
  return () => {
    site.cluster.behaviour.react = react
  }
}

test('to its account: the client secret is good until the store logs in without it', async () => {
  await site.apply(as('universal-auth'))
  const { clientId = '', clientSecret = '' } = (await kept()) ?? {}
  const mend = failsWith('kubernetesAuthCredentials')
  expect((await site.apply(as('kubernetes'))).unready.map(({ name }) => name)).toEqual([
    'store talent-mesh.prod',
  ])
  expect(await kept()).toMatchObject({ clientId, clientSecret })
  await site.infisical.loginIdentity({ clientId, clientSecret: new Secret(clientSecret) })
  mend()
  await say('True')
  expect((await site.apply(as('kubernetes'))).changed.map(({ kind }) => kind)).toEqual(['credentials'])
  expect(Object.keys((await kept()) ?? {})).toEqual(['identityId'])
  expect((await site.apply(as('kubernetes'))).changed).toEqual([])
})

test('back: Kubernetes auth stays until the store logs in with its client secret', async () => {
  await site.apply(as('kubernetes'))
  const mend = failsWith('universalAuthCredentials')
  expect((await site.apply(as('universal-auth'))).unready).toHaveLength(1)
  expect(await ways()).toContain('kubernetes-auth')
  mend()
  await say('True')
  await site.apply(as('universal-auth'))
  expect(await ways()).not.toContain('kubernetes-auth')
  expect((await site.plan(as('universal-auth'))).differences).toEqual([])
})
