import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { listOf, operatorObjects } from '../../../../src/site/backup/contents.ts'
import { siteCluster } from '../wire/memory.ts'

const store = (name: string) => ({
  ...kinds.clusterSecretStore,
  metadata: { name, labels: { team: 'a' } },
  spec: { provider: { infisical: { hostAPI: 'http://x' } } },
})
const definition = (group: string, kind: string, versions: readonly object[]) => ({
  ...kinds.crd,
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: { group, scope: 'Namespaced', names: { kind }, versions },
})
const served = (name: string, storage = true) => ({ name, served: true, storage })

test('objects of the operator’s kinds go in, in the version that is stored, and those of others do not', async () => {
  const cluster = await siteCluster(
    definition('generators.external-secrets.io', 'Password', [served('v1alpha1')]),
    definition('external-secrets.io', 'PushSecret', [served('v1', false), served('v1alpha1')]),
    definition('not-external-secrets.io', 'Thing', [served('v1')]),
  )
  const at = (apiVersion: string, kind: string) => ({
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'infisical' },
  })
  await cluster.apply(at('generators.external-secrets.io/v1alpha1', 'Password'))
  await cluster.apply(at('external-secrets.io/v1alpha1', 'PushSecret'))
  await cluster.apply(at('not-external-secrets.io/v1', 'Thing'))
  const found = (await operatorObjects(cluster)).map(({ apiVersion, kind }) => `${kind} ${apiVersion}`)
  expect(found.sort()).toEqual([
    'Password generators.external-secrets.io/v1alpha1',
    'PushSecret external-secrets.io/v1alpha1',
  ])
})

test('objects are a List for kubectl, without what the API server has noted of them', () => {
  const noted = { uid: '1', resourceVersion: '2', managedFields: [], creationTimestamp: 'x', generation: 3 }
  const live = { ...store('a'), metadata: { ...store('a').metadata, ...noted }, status: { conditions: [] } }
  expect(JSON.parse(Buffer.from(listOf([live])).toString())).toEqual({
    ...{ apiVersion: 'v1', kind: 'List' },
    items: [store('a')],
  })
})
