import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { storedIn } from '../../../../src/teams/manifests/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

/** A cluster with the definition of ExternalSecrets, and what it may keep them as. */
async function cluster(
  storedVersions: readonly string[],
  versions: readonly object[],
): Promise<MemoryCluster> {
  const made = memoryCluster()
  await made.applyAs('helm', {
    ...{ ...kinds.crd, metadata: { name: 'externalsecrets.external-secrets.io' } },
    spec: {
      ...{ group: 'external-secrets.io', scope: 'Namespaced', names: { kind: 'ExternalSecret' } },
      versions,
    },
    status: { storedVersions },
  })
  return made
}
const both = [{ name: 'v1beta1', served: true }, { name: 'v1' }]
const external = (name: string, managedFields: readonly object[] = []): KubernetesObject => ({
  ...{ ...kinds.externalSecret, metadata: { name, namespace: 'default', managedFields } },
  spec: { refreshInterval: '1h' },
})
const notesOf = (found: Awaited<ReturnType<typeof storedIn>>) =>
  found.notes.map(({ where, kind, text }) => `${kind} ${where}: ${text}`)

test('a cluster that keeps v1 alone has nothing to do', async () => {
  const found = await storedIn(await cluster(['v1'], both), true)
  expect(found).toEqual({ kinds: [], notes: [] })
})

test('what may be kept as v1beta1 is told, and not touched unasked', async () => {
  const made = await cluster(['v1beta1', 'v1'], both)
  await made.applyAs('argocd', external('a'))
  const before = made.objects()
  const found = await storedIn(made, false)
  const storedVersions = ['v1beta1', 'v1']
  expect(found.kinds).toEqual([{ kind: 'ExternalSecret', storedVersions, objects: 1, written: 0 }])
  expect(notesOf(found)).toEqual([
    expect.stringMatching(/^left Custom.*may keep 1 object as v1beta1.*--write/),
  ])
  expect(made.objects()).toEqual(before)
})

test('what is written anew stays as it is, and what is Sealift’s own is not asked to say nothing', async () => {
  const made = await cluster(['v1beta1', 'v1'], both)
  await made.applyAs('argocd', external('a'))
  await made.apply(
    external('ours', [{ manager: 'sealift', operation: 'Apply', apiVersion: 'external-secrets.io/v1' }]),
  )
  const specs = () => made.objects().map(object => object['spec'])
  const before = specs()
  const found = await storedIn(made, true)
  expect(found.kinds).toMatchObject([{ objects: 2, written: 2 }])
  expect(notesOf(found)).toEqual([
    expect.stringMatching(/^left Custom.*kubectl patch crd externalsecrets\.external/),
  ])
  expect(specs()).toEqual(before)
})

test('one that cannot be written is told, and then nobody is asked to say that all are', async () => {
  const made = await cluster(['v1beta1', 'v1'], both)
  await made.applyAs('argocd', external('a'))
  made.apply = async () => {
    throw new Error('denied by a webhook')
  }
  const found = await storedIn(made, true)
  expect(found.kinds).toMatchObject([{ objects: 1, written: 0 }])
  expect(notesOf(found)).toEqual([
    'left ExternalSecret default/a: it could not be written anew: denied by a webhook',
  ])
})

test('who has written an object as v1beta1 is told, for there is a manifest of it', async () => {
  const made = await cluster(['v1'], both)
  const by = (manager: string) => ({ manager, operation: 'Apply', apiVersion: 'external-secrets.io/v1beta1' })
  await made.applyAs('x', external('a', [by('argocd'), by('helm'), by('helm')]))
  expect(notesOf(await storedIn(made, false))).toEqual([
    'told ExternalSecret default/a: argocd, helm has written it as v1beta1: where its manifest is, it must say v1 before it is applied again',
  ])
})

test('a cluster that does not serve v1 is told what it needs', async () => {
  const found = await storedIn(
    await cluster(['v1beta1'], [{ name: 'v1beta1' }, { name: 'v1', served: false }]),
    true,
  )
  expect(notesOf(found)).toEqual([expect.stringMatching(/does not serve external-secrets.io\/v1: install/)])
})
