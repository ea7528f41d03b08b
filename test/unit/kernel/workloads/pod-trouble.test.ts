/** What is said of pods that do not come up: their logs may hold secrets, and be made to hold us up. */
import { describe, expect, test } from 'vitest'
import { creationTrouble, podTrouble } from '../../../../src/kernel/workloads/pod-trouble.ts'
import { makePassword } from '../../../../src/site/wire/index.ts'
import { type MemoryCluster, memoryCluster } from '../../../support/memory-cluster.ts'

const appsV1 = 'apps/v1'

/** A pod `app` in namespace `default` with these statuses, and logs by container. */
async function podOf(status: object, logs: Record<string, string>): Promise<MemoryCluster> {
  const paths = Object.entries(logs).map(([name, log]) => [`default/app/${name}`, log])
  const cluster = memoryCluster({ logs: Object.fromEntries(paths) })
  const spec = { containers: [{ name: 'main' }], initContainers: [{ name: 'first' }, { name: 'second' }] }
  const metadata = { name: 'app', namespace: 'default' }
  await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec, status })
  return cluster
}

/** The lines that are told of a pod with this log. */
async function told(log: string): Promise<string[]> {
  const containerStatuses = [{ name: 'main', ready: false, restartCount: 2 }]
  const cluster = await podOf({ containerStatuses }, { main: log })
  return podTrouble(cluster, 'default')
}

test.each([
  ['postgresql://u:p@db/infisical', 'postgresql://[secret]@db/infisical'],
  ['redis://:pa/ss@w@host:6379', 'redis://[secret]@host:6379'],
  [
    `"password":"${makePassword({ bytes: length => new Uint8Array(length).fill(7) }).reveal()}"`,
    '"password":"[secret]"',
  ],
  ["postgres://infisical:it's-secret@pg/db", 'postgres://[secret]@pg/db'],
  ['postgres://infisical:pa"ss@pg/db', 'postgres://[secret]@pg/db'],
  [`postgres://u:${'p-'.repeat(1200)}@pg/db`, 'postgres://[secret]'],
  [
    'pulling oci://reg.example:5000/charts/eso@sha256:12',
    'pulling oci://reg.example:5000/charts/eso@sha256:12',
  ],
  [
    'GET http://x.svc:8080/users?email=admin@bank.example 500',
    'GET http://x.svc:8080/users?email=admin@bank.example 500',
  ],
  ['key 0123456789abcdef0123456789abcdef', 'key [secret]'],
  ['cannot reach http://infisical.svc:8080/api', 'cannot reach http://infisical.svc:8080/api'],
])('%s', async (line, shown) => {
  expect(await told(`${line}\n`)).toEqual(['pod app, main: not ready, 2 restarts', `  log: ${shown}`])
})

test('a line of any length is read as far as it is shown', async () => {
  for (const sign of ['_', 'a', '://', '@']) {
    const [, line = ''] = await told(sign.repeat(1_000_000))
    expect(line.length).toBeLessThan(400)
  }
})

describe('which run is told of', () => {
  const crashed = { reason: 'Error', exitCode: 139 }
  const main = { name: 'main', ready: false, restartCount: 3 }
  const logs = { main: 'starting\n', 'main/previous': 'FATAL ERROR: heap out of memory\n' }
  const headline = 'pod app, main: not ready, 3 restarts, last exit 139 (Error)'

  test.each([
    [
      'that crashed, while the next one runs',
      { state: { running: {} }, lastState: { terminated: crashed } },
      logs,
      'FATAL ERROR: heap out of memory',
    ],
    [
      'that has just ended, before it is started again',
      { state: { terminated: crashed }, lastState: { terminated: crashed } },
      logs,
      'starting',
    ],
    [
      'of now, where the one that crashed has no log any more',
      { state: { running: {} }, lastState: { terminated: crashed } },
      { main: 'starting\n' },
      'starting',
    ],
    [
      'before, where there is no log of now',
      { state: { terminated: crashed } },
      { 'main/previous': 'the end\n' },
      'the end',
    ],
  ])('the one %s', async (_, states, written, line) => {
    const cluster = await podOf({ containerStatuses: [{ ...main, ...states }] }, written)
    expect(await podTrouble(cluster, 'default')).toEqual([headline, `  log: ${line}`])
  })

  test('of a crash, the line before its stack is told too', async () => {
    const stack = Array.from({ length: 15 }, (_, i) => `${i}: node::Abort`)
    const log = ['FATAL ERROR: heap out of memory', ...stack].join('\n')
    const lastState = { terminated: crashed }
    const cluster = await podOf({ containerStatuses: [{ ...main, lastState }] }, { 'main/previous': log })
    expect(await podTrouble(cluster, 'default')).toContain('  log: FATAL ERROR: heap out of memory')
  })
})

describe('what stands before the containers', () => {
  const waits = {
    name: 'main',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'PodInitializing' } },
  }
  const second = { ...waits, name: 'second' }

  test('an init container that fails is told, those that wait for it are not', async () => {
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 40s' }
    const lastState = { terminated: { reason: 'Error', exitCode: 1 } }
    const first = { name: 'first', ready: false, restartCount: 2, state: { waiting }, lastState }
    const status = { initContainerStatuses: [first, second], containerStatuses: [waits] }
    const cluster = await podOf(status, { 'first/previous': 'no route to the database\n' })
    expect(await podTrouble(cluster, 'default')).toEqual([
      'pod app, first: CrashLoopBackOff: back-off 40s, 2 restarts, last exit 1 (Error)',
      '  log: no route to the database',
    ])
  })

  test('containers that all wait are told', async () => {
    const status = { initContainerStatuses: [{ ...second, ready: true }], containerStatuses: [waits] }
    expect(await podTrouble(await podOf(status, {}), 'default')).toEqual(['pod app, main: PodInitializing'])
  })

  test('a pod without a node is told with the scheduler’s reason', async () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes: Insufficient memory' }]
    expect(await podTrouble(await podOf({ conditions }, {}), 'default')).toEqual([
      'pod app: no node for it: 0/1 nodes: Insufficient memory',
    ])
  })

  test('a Job’s pod that has done its work is no trouble', async () => {
    const state = { terminated: { reason: 'Completed', exitCode: 0 } }
    const status = { phase: 'Succeeded', containerStatuses: [{ ...waits, state }] }
    expect(await podTrouble(await podOf(status, {}), 'default')).toEqual([])
  })

  test('pods that cannot be listed are no error of their own', async () => {
    const cluster = memoryCluster({ denies: (verb, { kind }) => verb === 'list' && kind === 'Pod' })
    expect(await podTrouble(cluster, 'default')).toEqual([
      'pods of namespace default could not be read: not allowed to list Pod in namespace default',
    ])
  })
})

describe('what cannot make pods', () => {
  const refusal = (kind: string, message: string, lastTimestamp: string, uid = 'own') => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `e-${kind}-${lastTimestamp.slice(11, 16).replace(':', '')}-${uid}`,
      namespace: 'default',
    },
    involvedObject: { kind, name: 'app', uid },
    reason: 'FailedCreate',
    message,
    lastTimestamp,
  })
  const made = (kind: string, apiVersion: string, spec: object, status: object) => ({
    ...{ apiVersion, kind, spec, status },
    metadata: { name: 'app', namespace: 'default', uid: 'own' },
  })

  test.each([
    ['ReplicaSet', appsV1, { replicas: 1 }, {}, { replicas: 1 }],
    ['StatefulSet', appsV1, {}, { replicas: 0 }, { replicas: 1 }],
    [
      'DaemonSet',
      appsV1,
      {},
      { desiredNumberScheduled: 2, currentNumberScheduled: 1 },
      { desiredNumberScheduled: 2, currentNumberScheduled: 2 },
    ],
    ['Job', 'batch/v1', {}, {}, { conditions: [{ type: 'Complete', status: 'True' }] }],
  ])(
    '%s: the newest event is told for as long as it lacks pods',
    async (kind, apiVersion, spec, lacking, whole) => {
      const cluster = memoryCluster()
      await cluster.create(
        refusal(kind, 'pods "app-b" is forbidden: violates PodSecurity', '2026-11-29T10:02:00Z'),
      )
      await cluster.create(refusal(kind, 'pods "app-a" is forbidden: quota', '2026-11-29T10:01:00Z'))
      await cluster.create(refusal(kind, 'of one before it', '2026-11-29T10:03:00Z', 'other'))
      await cluster.create(made(kind, apiVersion, spec, lacking))
      const told = [`${kind} app cannot make pods: pods "app-b" is forbidden: violates PodSecurity`]
      expect(await creationTrouble(cluster, 'default')).toEqual(told)
      expect(await podTrouble(cluster, 'default')).toEqual(told)
      await cluster.apply(made(kind, apiVersion, spec, whole))
      expect(await creationTrouble(cluster, 'default')).toEqual([])
    },
  )
})
