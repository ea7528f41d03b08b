import { expect, test } from 'vitest'
import { explainEach } from '../../../../src/kernel/owned/index.ts'
import { type Kind, type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'

const store = (name: string): KubernetesObject => ({
  ...kinds.clusterSecretStore,
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: 'False', reason: 'No', message: `no ${name}` }] },
})
const event = (name: string, message: string) => ({
  ...kinds.event,
  ...{ metadata: { name: `${name}.1` }, involvedObject: { kind: 'ClusterSecretStore', name } },
  ...{ reason: 'ValidationFailed', message },
})

test('of hundreds of objects the events of a namespace are read once', async () => {
  const asked: string[] = []
  const list = async ({ kind }: Kind, namespace?: string) => {
    asked.push(`${kind} ${namespace}`)
    return [event('s-1', 'refused'), event('s-10', 'other')]
  }
  const external = { ...kinds.externalSecret, metadata: { name: 's-1', namespace: 'team' } }
  const stores = Array.from({ length: 300 }, (_, i) => store(`s-${i}`))
  const said = await explainEach({ list }, [...stores, external])
  expect(asked).toEqual(['Event default', 'Event team'])
  expect(said).toHaveLength(301)
  expect(said[1]).toEqual([
    'ClusterSecretStore s-1: Ready=False No: no s-1',
    'ClusterSecretStore s-1: event ValidationFailed: refused',
  ])
  expect([said[2], said[300]]).toEqual([['ClusterSecretStore s-2: Ready=False No: no s-2'], []])
})

test('events that cannot be read are told of each', async () => {
  const list = async () => {
    throw new Error('forbidden')
  }
  expect(await explainEach({ list }, [store('a')])).toEqual([
    ['ClusterSecretStore a could not be read: forbidden'],
  ])
})
