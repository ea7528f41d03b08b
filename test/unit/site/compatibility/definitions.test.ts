import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { judgeDefinitions, lostVersions } from '../../../../src/site/compatibility/definitions.ts'
import { cleanStoredVersions } from '../../../../src/site/compatibility/index.ts'
import { memoryCluster } from '../../../support/memory-cluster.ts'

/** A definition; `versions` as `v1` or `v1-`, where that is not served, the last one the stored one. */
function crd(versions: readonly string[], stored?: readonly string[]): KubernetesObject {
  return {
    ...kinds.crd,
    metadata: { name: 'stores.external-secrets.io' },
    spec: {
      group: 'external-secrets.io',
      scope: 'Namespaced',
      names: { kind: 'Store' },
      versions: versions.map(text => ({
        name: text.replace('-', ''),
        served: !text.endsWith('-'),
        storage: text === versions.at(-1),
      })),
    },
    ...(stored === undefined ? {} : { status: { storedVersions: stored } }),
  }
}
const judged = (live: KubernetesObject, wanted: KubernetesObject) =>
  judgeDefinitions([live], [wanted]).map(({ id, ok }) => `${id}: ${ok}`)

test('what keeps every version in use, and what is not here yet, is well', () => {
  expect(judged(crd(['v1beta1', 'v1'], ['v1']), crd(['v1beta1', 'v1']))).toEqual(['definitions: yes'])
  expect(judgeDefinitions([], [crd(['v1'])])).toMatchObject([
    { ok: 'yes', seen: expect.stringMatching(/^0 of 1/) },
  ])
})

test('a version that objects may be stored in goes: they are stored anew', () => {
  const live = crd(['v1beta1-', 'v1'], ['v1beta1', 'v1'])
  expect(lostVersions(live, crd(['v1']))).toEqual(['v1beta1'])
  expect(judged(live, crd(['v1']))).toEqual(['stored-versions/stores.external-secrets.io: doubt'])
  // Served no longer is as good as gone: the next release takes it out.
  expect(judged(live, crd(['v1beta1-', 'v1']))).toEqual(['stored-versions/stores.external-secrets.io: doubt'])
})

test('the version that objects are stored in goes itself: refused', () => {
  expect(judged(crd(['v1alpha1', 'v1beta1'], ['v1beta1']), crd(['v1']))).toEqual([
    'stored-versions/stores.external-secrets.io: no',
    'served-versions/stores.external-secrets.io: doubt',
  ])
})

test('a version that is served no longer is told', () => {
  const found = judgeDefinitions([crd(['v1beta1', 'v1'], ['v1'])], [crd(['v1beta1-', 'v1'])])
  expect(found).toMatchObject([
    {
      ok: 'doubt',
      seen: 'stores.external-secrets.io is served no longer as v1beta1: whoever applies that is refused then',
      hint: expect.stringContaining('to v1 before'),
    },
  ])
})

test('what somebody has spoilt is no version', () => {
  expect(lostVersions({ ...crd(['v1']), status: { storedVersions: [1, null] } }, crd(['v1']))).toEqual([])
  expect(lostVersions({ ...crd(['v1']), status: null }, crd(['v1']))).toEqual([])
})

test('every object is stored anew, one killed in between is done again, and then the status says so', async () => {
  const cluster = memoryCluster()
  await cluster.apply(crd(['v1beta1', 'v1'], ['v1beta1', 'v1']))
  const store = { apiVersion: 'external-secrets.io/v1', kind: 'Store' }
  for (const name of ['a', 'b']) await cluster.apply({ ...store, metadata: { name, namespace: 'default' } })
  const live = async () => (await cluster.get(kinds.crd, 'stores.external-secrets.io')) ?? crd([])
  const written: string[] = []
  cluster.behaviour.rewritten = ({ metadata }) => {
    written.push(metadata.name)
    if (written.length === 1) throw new Error('killed')
  }
  await expect(cleanStoredVersions(cluster, await live())).rejects.toThrow('killed')
  expect((await live())['status']).toEqual({ storedVersions: ['v1beta1', 'v1'] })
  expect(await cleanStoredVersions(cluster, await live())).toBe(2)
  expect(written).toEqual(['a', 'a', 'b'])
  expect((await live())['status']).toEqual({ storedVersions: ['v1'] })
})

test('a definition that says nothing of its versions is left alone', async () => {
  await expect(cleanStoredVersions(memoryCluster(), crd([]))).rejects.toMatchObject({
    code: 'CLUSTER_FAILED',
  })
})
