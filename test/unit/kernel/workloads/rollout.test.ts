import { expect, test } from 'vitest'
import { unready } from '../../../../src/kernel/workloads/index.ts'

const live = (kind: string, status: object, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'app', generation: 3 },
  spec,
  status: { observedGeneration: 3, ...status },
})

test.each([
  ['Deployment', { updatedReplicas: 1, availableReplicas: 1 }],
  ['StatefulSet', { updatedReplicas: 1, availableReplicas: 1 }],
  ['DaemonSet', { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }],
  ['Service', {}],
])('a %s that is up', (kind, status) => {
  expect(unready(live(kind, status))).toBeUndefined()
})

test('a Deployment that nobody wants a pod of is up', () => {
  expect(unready(live('Deployment', {}, { replicas: 0 }))).toBeUndefined()
})

test.each([
  ['one whose pods do not come', { updatedReplicas: 2 }, '0 of 2'],
  ['one that still runs its older pods', { updatedReplicas: 1, availableReplicas: 2 }, '1 of 2'],
  [
    'one that nobody has looked at since it changed',
    { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 },
    '2 of 2',
  ],
])('%s is not', (_, status, shown) => {
  expect(unready(live('Deployment', status, { replicas: 2 }))).toBe(`Deployment app: ${shown} pods ready`)
})

test('nor a DaemonSet that a node lacks', () => {
  const status = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }
  expect(unready(live('DaemonSet', status))).toBe('DaemonSet app: 1 of 2 pods ready')
})
