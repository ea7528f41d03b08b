import { expect, test } from 'vitest'
import type { BundleLock } from '../../../../src/bundle/lock/index.ts'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { freeNodes, judgeRoom, wantedPods } from '../../../../src/site/preflight/index.ts'

const mebi = 2 ** 20
const node = (name: string, allocatable: object, spec: object = {}): KubernetesObject => ({
  ...kinds.node,
  metadata: { name },
  spec,
  status: { allocatable },
})
const pod = (name: string, nodeName: string, requests: object, phase = 'Running'): KubernetesObject => ({
  ...kinds.pod,
  metadata: { name, namespace: 'infisical' },
  spec: { nodeName, containers: [{ name: 'x', resources: { requests } }] },
  status: { phase },
})
const share = (object: string, container: string, memory: number, more: object = {}) => ({
  ...{ chart: 'infisical', object, container, init: false, replicas: 1, memory: memory * mebi, cpu: 100 },
  ...more,
})
const lock = (...containers: ReturnType<typeof share>[]) =>
  ({
    budget: { memory: '640Mi', cpu: '300m', declared: { memory: 0, cpu: 0 }, containers },
    charts: [{ name: 'infisical', namespace: 'infisical' }],
  }) as unknown as Pick<BundleLock, 'budget' | 'charts'>

test('what a node has left is what it has, less what the pods on it request', () => {
  const nodes = [
    node('n1', { cpu: '2', memory: '4096Mi', pods: '110' }),
    node('n2', { cpu: '2', memory: '4096Mi', pods: '110' }, { unschedulable: true }),
  ]
  const pods = [
    pod('a', 'n1', { cpu: '250m', memory: '512Mi' }),
    pod('b', 'n1', { memory: '96Mi' }),
    pod('done', 'n1', { cpu: '1', memory: '1Gi' }, 'Succeeded'),
    pod('c', 'n2', { cpu: '1' }),
  ]
  expect(freeNodes(nodes, pods)).toEqual([
    { name: 'n1', memory: (4096 - 512 - 96) * mebi, cpu: 1750, pods: 108 },
  ])
})

test('pods that are there already are not to come; a name that another begins with is not it', () => {
  const declared = lock(
    share('Deployment/infisical', 'main', 512),
    share('Deployment/infisical', 'start', 600, { init: true }),
    share('Deployment/infisical-webhook', 'main', 64, { replicas: 2, memory: 128 * mebi, cpu: 200 }),
    share('Deployment/none', 'main', 0, { replicas: 0 }),
  )
  const wanted = wantedPods(declared, [pod('infisical-webhook-5d8c-x2x9k', 'n1', {})])
  expect(wanted).toEqual([
    {
      ...{ title: 'Deployment/infisical', chart: 'infisical', replicas: 1, missing: 1 },
      ...{ memory: 600 * mebi, cpu: 100 },
    },
    {
      ...{ title: 'Deployment/infisical-webhook', chart: 'infisical', replicas: 2, missing: 1 },
      ...{ memory: 64 * mebi, cpu: 100 },
    },
  ])
})

const big = {
  title: 'Deployment/infisical',
  chart: 'infisical',
  replicas: 1,
  missing: 1,
  memory: 512 * mebi,
  cpu: 250,
}
const small = { title: 'Deployment/eso', chart: 'eso', replicas: 1, missing: 1, memory: 48 * mebi, cpu: 20 }
const free = (name: string, memory: number, cpu = 1000, pods = 10) => ({
  name,
  memory: memory * mebi,
  cpu,
  pods,
})

test('all fit, and a second one of the largest for an update', () => {
  expect(judgeRoom([free('n1', 600), free('n2', 600)], [big, small])).toMatchObject({
    result: 'ok',
    seen: expect.stringContaining('2 pods to come request 560Mi and 270m CPU'),
  })
})

test('all fit, but no second one: a warning', () => {
  expect(judgeRoom([free('n1', 600)], [small, big])).toMatchObject({
    result: 'warning',
    seen: expect.stringContaining('a second Deployment/infisical (512Mi and 250m CPU)'),
  })
})

test.each([
  ['memory, though all nodes together would have enough', [free('n1', 300), free('n2', 300)]],
  ['CPU', [free('n1', 2000, 100)]],
  ['pods', [free('n1', 2000, 1000, 0)]],
  ['nodes', []],
])('no room for want of %s is a fault', (_, nodes) => {
  expect(judgeRoom(nodes, [big, small])).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining('no node has room for Deployment/infisical (512Mi and 250m CPU)'),
  })
})
